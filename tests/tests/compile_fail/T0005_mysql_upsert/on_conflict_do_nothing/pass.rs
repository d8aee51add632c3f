// L28
use diesel::prelude::*;
use diesel_async::{AsyncMysqlConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

async fn save(
    scope: &Scoped<i32>,
    agent: &Agent,
    connection: &mut AsyncMysqlConnection,
) -> QueryResult<usize> {
    Agent::insert(scope, agent).execute(connection).await
}

fn main() {}
