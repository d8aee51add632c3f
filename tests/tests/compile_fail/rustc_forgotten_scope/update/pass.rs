// L23
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn list(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    Agent::update(scope, agent.id).set(agent).execute(connection)
}

fn main() {}
