tenancy_diesel::table! {
    #![tenant_column(tenant_id)]

    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
