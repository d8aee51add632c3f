diesel::table! {
    #[tenancy_diesel::tenant_scoped(tenant_id)]
    #[tenancy_diesel::tenant_scoped(tenant_id)]
    agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

fn main() {}
