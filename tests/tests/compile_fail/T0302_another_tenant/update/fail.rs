// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, brand};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<usize, PoolError> {
    brand!(north = one, south = other);
    let mut tx = tenants.begin(&north).await?;
    let _ = &south;
    Ok(tenancy_diesel::update(agents::table.scoped(&south))
        .set(agents::name.eq("Ada"))
        .execute(&mut tx)
        .await?)
}

fn main() {}
