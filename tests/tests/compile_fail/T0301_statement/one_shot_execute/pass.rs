// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<usize, PoolError> {
    tenants.execute(scope, tenancy_diesel::delete(agents::table.scoped(scope))).await
}

fn main() {}
