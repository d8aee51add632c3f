use diesel::QueryDsl;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<(), PoolError> {
    let mut tx = tenants.begin(scope).await?;
    let names = agents::table.scoped(scope).select(agents::name);
    let _names = diesel_async::RunQueryDsl::load_stream::<String>(names, &mut tx).await?;
    tx.commit().await
}

fn main() {}
