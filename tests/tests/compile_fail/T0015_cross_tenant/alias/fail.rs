// L85
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped};
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, all: &CrossTenant, connection: &mut PgConnection) -> QueryResult<i64> {
    let managers = tenancy_diesel::alias!(agents as managers);
    managers.across_tenants(scope).count().get_result(connection)
}

fn main() {}
