// L85
use tenancy_diesel::CrossTenant;

pub fn keep(all: &CrossTenant) -> &CrossTenant {
    all
}

fn main() {}
