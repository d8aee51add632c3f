// L67
use tenancy_diesel::names::StoragePath;
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn read(_: &StoragePath) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let names = scope.names("shop")?;
    read(&names.storage_path(["invoices", "1.pdf"]));
    Ok(())
}

fn main() {}
