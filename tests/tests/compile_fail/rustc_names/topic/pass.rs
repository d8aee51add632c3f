// L66
use tenancy_diesel::names::{Topic, TopicSeparator};
use tenancy_diesel::{InvalidTenantKey, Scoped};

fn publish(_: &Topic) {}

pub fn of_the_tenant(scope: &Scoped<i32>) -> Result<(), InvalidTenantKey> {
    let names = scope.names("shop")?;
    publish(&names.topic(TopicSeparator::Dot, ["orders"]));
    Ok(())
}

fn main() {}
