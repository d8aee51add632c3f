tenancy_diesel::table! {
    #[tenant_scoped(tenant_id)]
    #[tenant_global]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
