use tenancy_diesel::TenantScoped;

#[derive(TenantScoped)]
#[diesel(table_name = tenancy_tests::schema::agents)]
pub struct Robot {
    pub tenant_id: Option<i32>,
}

fn main() {}
