// L15, L90
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Agent>> {
    Agent::scoped().load(connection)
}

fn main() {}
