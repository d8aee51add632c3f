// L23, L78
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::{Agent, AsyncSqliteConnection};
use tenancy_tests::schema::agents;

async fn rename(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncSqliteConnection,
) -> QueryResult<usize> {
    Agent::update(scope, agent.id).set(agents::name.eq("Ada")).execute(connection).await
}

fn main() {}
