// L14
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .filter(agents::id.eq_any(canvases::table))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
