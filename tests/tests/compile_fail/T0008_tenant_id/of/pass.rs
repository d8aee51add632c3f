use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

pub fn target(all: &CrossTenant) {
    let _target = agents::table.write_across_tenants(all).of(7);
}

fn main() {}
