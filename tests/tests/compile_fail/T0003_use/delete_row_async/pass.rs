// L23
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};

async fn remove(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<usize> {
    Agent::delete(scope, agent.id).execute(connection).await
}

fn main() {}
