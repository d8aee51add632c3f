// L57
diesel::table! {
    #[tenancy_diesel::tenant_global]
    logs (id) { id -> Integer, agent_id -> Integer, }
}

pub fn ids() {
    let _recent = tenancy_diesel::alias!(logs as recent);
}

fn main() {}
