use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

use diesel::query_builder::AsQuery;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.as_query().load(connection).await
}

fn main() {}
