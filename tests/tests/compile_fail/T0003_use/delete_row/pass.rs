// L23
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn remove(scope: &Scoped<i32>, agent: &Agent, connection: &mut PgConnection) -> QueryResult<usize> {
    Agent::delete(scope, agent.id).execute(connection)
}

fn main() {}
