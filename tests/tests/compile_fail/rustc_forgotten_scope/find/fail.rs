// L09, L10
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn list(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<Agent> {
    Agent::find(1).first(connection)
}

fn main() {}
