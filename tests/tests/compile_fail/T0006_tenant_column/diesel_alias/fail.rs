use tenancy_tests::schema::agents;

fn tenants() {
    let managers = diesel::alias!(agents as managers);
    let _ = managers.field(agents::tenant_id);
}

fn main() {}
