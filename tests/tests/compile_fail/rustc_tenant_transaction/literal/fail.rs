// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<(), PoolError> {
    let _tx = tenancy_pool::TenantTransaction::<AsyncPgConnection, i32> {
        walled: true,
        ..tenants.begin(scope).await?
    };
    Ok(())
}

fn main() {}
