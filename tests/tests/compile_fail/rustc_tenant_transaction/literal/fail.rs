// L85
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, TenantKey};
use tenancy_pool::{PoolError, TenantPool};

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<(), PoolError> {
    let _tx = tenancy_pool::TenantTransaction::<AsyncPgConnection, i32> {
        tenant: TenantKey::new("2").unwrap(),
        ..tenants.begin(scope).await?
    };
    Ok(())
}

fn main() {}
