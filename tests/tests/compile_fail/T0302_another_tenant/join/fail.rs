// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, brand};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::{agents, canvases};

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    brand!(north = one, south = other);
    let mut tx = tenants.begin(&north).await?;
    let _ = &south;
    Ok(agents::table
        .scoped(&south)
        .inner_join(canvases::table.scoped(&south))
        .select(agents::name)
        .load(&mut tx)
        .await?)
}

fn main() {}
