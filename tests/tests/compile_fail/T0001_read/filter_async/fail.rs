// L01, L02
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<AgentRow>> {
    agents::table.filter(agents::name.eq("Ada")).load(connection).await
}

fn main() {}
