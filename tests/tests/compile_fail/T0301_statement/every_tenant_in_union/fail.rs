// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{CrossTenant, Scoped};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    support: &CrossTenant,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    let ours = agents::table.scoped(scope).select(agents::name);
    let all = agents::table.across_tenants(support).select(agents::name);
    let mut tx = tenants.begin(scope).await?;
    Ok(ours.union(all).load(&mut tx).await?)
}

fn main() {}
