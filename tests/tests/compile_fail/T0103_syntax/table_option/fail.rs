tenancy_diesel::table! {
    #![tenant(tenant_id)]

    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
