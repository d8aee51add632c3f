pub struct Oracle;

impl tenancy_diesel::TenantBackend for Oracle {}

fn main() {}
