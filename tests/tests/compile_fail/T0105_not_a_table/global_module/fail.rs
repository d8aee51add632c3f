#[tenancy_diesel::tenant_global]
pub mod plans {}

fn main() {}
