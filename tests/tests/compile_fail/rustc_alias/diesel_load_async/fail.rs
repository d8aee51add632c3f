// L17
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::Scoped;
use tenancy_tests::cases::{AgentRow, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn list(scope: &Scoped<i32>, connection: &mut AsyncSqliteConnection) -> QueryResult<Vec<AgentRow>> {
    let managers = diesel::alias!(agents as managers);
    managers.load(connection).await
}

fn main() {}
