// L22
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    pool: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    let _ = scope;
    let mut tx = pool.global().begin().await?;
    Ok(agents::table.scoped(scope).select(agents::name).load(&mut tx).await?)
}

fn main() {}
