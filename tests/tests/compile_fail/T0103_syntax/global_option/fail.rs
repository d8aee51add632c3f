diesel::table! {
    #[tenancy_diesel::tenant_global(because = "public")]
    agents (id) { id -> Integer, name -> Text, }
}

fn main() {}
