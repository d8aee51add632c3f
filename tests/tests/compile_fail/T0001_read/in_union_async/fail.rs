// L83
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::AsyncSqliteConnection;
use tenancy_tests::schema::{agents, canvases};

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<String>> {
    agents::table
        .scoped(scope)
        .select(agents::name)
        .union(canvases::table.select(canvases::title))
        .load(connection)
        .await
}

fn main() {}
