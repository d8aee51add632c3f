// L25
use diesel::prelude::*;
use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

fn change(all: &CrossTenant, connection: &mut PgConnection) -> QueryResult<usize> {
    tenancy_diesel::update(agents::table.across_tenants(all).filter(agents::id.eq(1)))
        .set(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
