#[derive(tenancy_diesel::TenantScoped)]
#[diesel(table_name = tenancy_tests::schema::agents)]
pub struct Agent {
    pub tenant_id: i32,
}

fn main() {}
