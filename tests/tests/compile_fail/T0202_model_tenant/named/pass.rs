use tenancy_diesel::TenantScoped;

#[derive(TenantScoped)]
#[diesel(table_name = tenancy_tests::schema::agents)]
#[tenant_scoped(tenant = tenant_id)]
pub struct Robot {
    pub tenant_id: i32,
}

fn main() {}
