// L57
tenancy_diesel::table! {
    #![tenant_global(plan)]

    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
