// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{CrossTenant, Scoped};
use tenancy_pool::{PoolError, TenantPool};

pub async fn run(
    scope: &Scoped<i32>,
    support: &CrossTenant,
    tenants: &TenantPool<AsyncPgConnection>,
) -> Result<(), PoolError> {
    let _ = support;
    let tx = tenants.across(scope).begin().await?;
    tx.commit().await
}

fn main() {}
