// L74
use tenancy_diesel::names::LockKey;
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn lock(_: &LockKey) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let _names = scope.names("shop")?;
    lock("billing");
    Ok(())
}

fn main() {}
