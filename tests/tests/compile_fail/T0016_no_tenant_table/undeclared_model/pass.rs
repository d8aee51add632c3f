// L57
use tenancy_diesel::TenantScoped;

tenancy_diesel::table! {
    logs (id) { id -> Integer, tenant_id -> Integer, }
}

#[derive(TenantScoped)]
#[diesel(table_name = logs)]
pub struct Log {
    pub tenant_id: i32,
}

fn main() {}
