// L27
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn list(scope: &Scoped<i32>, agent: &Agent, connection: &mut SqliteConnection) -> QueryResult<usize> {
    Agent::upsert(scope, agent).execute(connection)
}

fn main() {}
