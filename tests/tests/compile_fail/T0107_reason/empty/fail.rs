diesel::table! {
    #[tenancy_diesel::tenant_global(reason = " ")]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
