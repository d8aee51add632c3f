use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

pub fn list(scope: &Scoped<String>, connection: &mut SqliteConnection) -> QueryResult<Vec<Agent>> {
    Agent::scoped(scope).load(connection)
}

fn main() {}
