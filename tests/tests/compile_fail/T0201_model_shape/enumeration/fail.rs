use tenancy_diesel::TenantScoped;

#[derive(TenantScoped)]
#[diesel(table_name = tenancy_tests::schema::agents)]
pub enum Robot {
    On,
    Off,
}

fn main() {}
