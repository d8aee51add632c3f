// L31
use diesel::prelude::*;
use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

fn hire(all: &CrossTenant, connection: &mut SqliteConnection) -> QueryResult<usize> {
    tenancy_diesel::insert_into(agents::table.write_across_tenants(all).of(7))
        .values(agents::name.eq("Ada"))
        .execute(connection)
}

fn main() {}
