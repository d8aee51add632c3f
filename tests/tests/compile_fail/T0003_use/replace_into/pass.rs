// L28
use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

fn hire(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<usize> {
    Agent::upsert(scope, &Agent { id: 1, name: "Ada".into() }).execute(connection)
}

fn main() {}
