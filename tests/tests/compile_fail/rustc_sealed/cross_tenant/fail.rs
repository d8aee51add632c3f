// L85
tenancy_diesel::table! {
    agents (id) {
        id -> Integer,
        tenant_id -> Integer,
        name -> Text,
    }
}

pub struct Everybody;

impl tenancy_diesel::__private::CrossTenantFor<agents::table> for Everybody {
    fn capability(&self) -> &tenancy_diesel::CrossTenant {
        unreachable!()
    }
}

fn main() {}
