// L68
use tenancy_policies::{ConcurrencyLimit, Permit, Refusal};

pub fn export(exports: &ConcurrencyLimit, tenant: i32) -> Result<Permit, Refusal> {
    exports.try_acquire(&tenant)
}

fn main() {}
