// L06
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

use diesel::dsl::{exists, not};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(not(exists(canvases::table.scoped(scope).filter(canvases::agent_id.eq(agents::id)))))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
