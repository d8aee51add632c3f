tenancy_diesel::table! {
    #![tenant_global(agents, agents)]

    agents (id) { id -> Integer, name -> Text, }
}

fn main() {}
