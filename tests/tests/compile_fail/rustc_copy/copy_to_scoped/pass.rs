// L63
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<Agent>> {
    Agent::scoped(scope).load(connection)
}

fn main() {}
