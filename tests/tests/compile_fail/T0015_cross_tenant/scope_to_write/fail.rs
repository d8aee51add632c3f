// L85
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped};
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, all: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.write_across_tenants(scope)).execute(connection)
}

fn main() {}
