// L09, L10, L11
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<AgentRow> {
    agents::table.find(1).first(connection).await
}

fn main() {}
