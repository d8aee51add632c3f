use tenancy_diesel::CrossTenant;
use tenancy_tests::schema::agents;

use diesel::{backend::Backend, query_builder::QueryFragment};

pub fn all<DB: Backend>(all: &CrossTenant) -> Box<dyn QueryFragment<DB>> {
    Box::new(tenancy_diesel::delete(agents::table.write_across_tenants(all)))
}

fn main() {}
