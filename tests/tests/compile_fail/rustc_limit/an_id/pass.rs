// L68
use tenancy_diesel::Scoped;
use tenancy_policies::{ConcurrencyLimit, Permit, Refusal};

pub fn export(exports: &ConcurrencyLimit, scope: &Scoped<i32>) -> Result<Permit, Refusal> {
    exports.try_acquire(scope)
}

fn main() {}
