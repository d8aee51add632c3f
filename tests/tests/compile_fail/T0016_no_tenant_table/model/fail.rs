use tenancy_diesel::TenantScoped;
use tenancy_tests::schema::plans;

#[derive(TenantScoped)]
#[diesel(table_name = plans)]
#[tenant_scoped(id = i32)]
pub struct Plan {
    pub name: String,
}

fn main() {}
