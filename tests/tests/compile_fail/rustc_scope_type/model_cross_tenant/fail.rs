use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, TenantScoped};
use tenancy_tests::cases::Agent;

pub fn remove(scope: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    Agent::delete(scope, 1).execute(connection)
}

fn main() {}
