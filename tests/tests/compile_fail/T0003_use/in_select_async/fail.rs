// L76
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncPgConnection) -> QueryResult<Vec<Option<i32>>> {
    agents::table
        .scoped(scope)
        .select(QueryDsl::select(canvases::table, canvases::score).single_value())
        .load(connection)
        .await
}

fn main() {}
