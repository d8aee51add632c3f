diesel::table! {
    #[tenancy_diesel::tenant_global(reason = "public", reason = "free")]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
