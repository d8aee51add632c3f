// L03
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::schema::agents;

type Row = (i32, i32, Option<i32>, Option<i32>, String);

async fn rows(tenants: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<Vec<Row>, PoolError> {
    let all = || agents::table.scoped(scope).select(agents::all_columns);
    tenants.load(scope, all().except_all(all())).await
}

fn main() {}
