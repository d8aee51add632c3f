// L03
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

type Row = (i32, i32, Option<i32>, Option<i32>, String);

async fn rows(tenants: &TenantPool<AsyncPgConnection>, _scope: &Scoped<i32>) -> Result<Vec<Row>, PoolError> {
    tenants.global().load(agents::table.except_all(agents::table)).await
}

fn main() {}
