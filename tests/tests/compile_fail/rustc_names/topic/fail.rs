// L66
use tenancy_diesel::names::Topic;
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn publish(_: &Topic) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let _names = scope.names("shop")?;
    publish("orders");
    Ok(())
}

fn main() {}
