// L03
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .inner_join(canvases::table.on(canvases::agent_id.eq(agents::id)))
        .select(agents::name)
        .load(connection)
        .await
}

fn main() {}
