pub struct Robot {
    pub tenant_id: i32,
}

pub fn owner_of<M: tenancy_diesel::TenantScoped>(_: &M) {}

pub fn show(robot: &Robot) {
    owner_of(robot);
}

fn main() {}
