#[tenancy_diesel::tenant_scoped(tenant_id)]
pub struct Agent {
    pub tenant_id: i32,
}

fn main() {}
