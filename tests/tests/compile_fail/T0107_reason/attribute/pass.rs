// L57
tenancy_diesel::table! {
    #[tenant_global(reason = "every company may hire them")]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
