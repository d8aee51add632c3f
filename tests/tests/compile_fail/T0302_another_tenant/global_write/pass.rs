// L22
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, delete};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, pool: &TenantPool<AsyncPgConnection>) -> Result<usize, PoolError> {
    Ok(delete(agents::table.scoped(scope)).find(1).execute(&mut pool.within(scope)).await?)
}

fn main() {}
