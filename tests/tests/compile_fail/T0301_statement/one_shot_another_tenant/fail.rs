// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, brand};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    brand!(north = one, south = other);
    let _ = &north;
    tenants.load(&north, agents::table.scoped(&south).select(agents::name)).await
}

fn main() {}
