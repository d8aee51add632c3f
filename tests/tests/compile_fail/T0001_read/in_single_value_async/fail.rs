// L76
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Option<String>>> {
    agents::table
        .scoped(scope)
        .select(canvases::table.select(canvases::title).limit(1).single_value())
        .load(connection)
        .await
}

fn main() {}
