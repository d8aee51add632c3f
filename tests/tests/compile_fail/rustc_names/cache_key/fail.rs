// L64
use tenancy_diesel::names::CacheKey;
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn fetch(_: &CacheKey) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let _names = scope.names("shop")?;
    fetch("user:42");
    Ok(())
}

fn main() {}
