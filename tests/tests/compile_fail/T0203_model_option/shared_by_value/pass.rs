use tenancy_diesel::TenantScoped;

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared = 0)]
    presets (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

#[derive(TenantScoped)]
#[diesel(table_name = presets)]
pub struct Robot {
    pub tenant_id: i32,
}

fn main() {}
