// L16
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<AgentRow> {
    diesel_async::RunQueryDsl::first(agents::table.scoped(scope), connection).await
}

fn main() {}
