// L57
tenancy_diesel::table! {
    #[tenant_global]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
