// L74
use tenancy_diesel::names::LockKey;
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn lock(_: &LockKey) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let names = scope.names("shop")?;
    lock(&names.lock_key(["billing"]));
    Ok(())
}

fn main() {}
