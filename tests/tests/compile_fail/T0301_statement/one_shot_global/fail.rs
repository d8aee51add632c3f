// L22
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    scope: &Scoped<i32>,
    pool: &TenantPool<AsyncPgConnection>,
) -> Result<Vec<String>, PoolError> {
    let query = agents::table.scoped(scope).select(agents::name);
    pool.global().load(query).await
}

fn main() {}
