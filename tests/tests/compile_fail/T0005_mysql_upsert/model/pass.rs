// L28, L79
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<usize> {
    Agent::update(scope, agent.id).set(agent).execute(connection).await
}

fn main() {}
