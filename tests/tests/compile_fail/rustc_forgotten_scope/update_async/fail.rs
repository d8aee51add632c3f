// L23
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

async fn list(scope: &Scoped<i32>, agent: &Agent, connection: &mut AsyncPgConnection) -> QueryResult<usize> {
    Agent::update(agent.id).set(agent).execute(connection).await
}

fn main() {}
