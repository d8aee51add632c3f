// L36, L85
use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, Scoped};
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, all: &CrossTenant, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.across_tenants(Some(all)).count().get_result(connection)
}

fn main() {}
