use diesel::prelude::*;
use tenancy_diesel::{Scoped, TenantScoped};
use tenancy_tests::cases::Agent;

pub fn remove(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<usize> {
    Agent::delete(scope, 1).execute(connection)
}

fn main() {}
