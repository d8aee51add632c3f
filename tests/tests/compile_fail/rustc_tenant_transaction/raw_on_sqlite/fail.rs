// L20
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::cases::AsyncSqliteConnection;

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncSqliteConnection>) -> Result<(), PoolError> {
    let mut tx = tenants.begin(scope).await?;
    tx.raw("no Diesel form", "DELETE FROM agents");
    tx.commit().await
}

fn main() {}
