// L85
use tenancy_diesel::{CrossTenant, EveryTenant};
use tenancy_tests::schema::agents;

pub fn everybody(all: &CrossTenant) -> tenancy_diesel::ScopedTable<agents::table, EveryTenant> {
    agents::table.across_tenants(all)
}

fn main() {}
