// L20
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};

pub async fn run(scope: &Scoped<i32>, tenants: &TenantPool<AsyncPgConnection>) -> Result<usize, PoolError> {
    tenants.execute(scope, diesel::sql_query("DELETE FROM agents")).await
}

fn main() {}
