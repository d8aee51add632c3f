// L40
use diesel::QueryDsl;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<(), PoolError> {
    let mut tx = tenants.begin(scope).await?;
    tx.commit().await?;
    let _name: Vec<String> = agents::table.scoped(scope).select(agents::name).load(&mut tx).await?;
    Ok(())
}

fn main() {}
