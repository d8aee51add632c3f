// L22
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{CrossTenant, Scoped, move_rows};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    across: &CrossTenant,
    pool: &TenantPool<AsyncPgConnection>,
) -> Result<usize, PoolError> {
    let mut tx = pool.begin(scope).await?;
    Ok(move_rows(agents::table, across).from(1).to(2).find(3).execute(&mut tx).await?)
}

fn main() {}
