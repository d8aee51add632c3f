tenancy_diesel::table! {
    #![tenant_global(agents)]

    agents (id) { id -> Integer, name -> Text, }
}

fn main() {}
