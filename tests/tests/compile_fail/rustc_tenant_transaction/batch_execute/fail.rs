// L20 L39
use diesel_async::AsyncPgConnection;
use diesel_async::SimpleAsyncConnection as _;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<(), PoolError> {
    let mut tx = tenants.begin(scope).await?;
    tx.batch_execute("SET tenancy.tenant = '2'").await?;
    tx.commit().await
}

fn main() {}
