// L25
use diesel::prelude::*;
use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

fn change(all: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::delete(agents::table.write_across_tenants(all)).execute(connection)
}

fn main() {}
