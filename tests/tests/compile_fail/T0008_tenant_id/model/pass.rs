use tenancy_diesel::TenantScoped;
use tenancy_tests::schema::agents;

#[derive(TenantScoped)]
#[diesel(table_name = agents)]
pub struct Named {
    pub tenant_id: i32,
}

fn main() {}
