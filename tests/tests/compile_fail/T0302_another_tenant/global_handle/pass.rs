// L22
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::Scoped;
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(scope: &Scoped<i32>, pool: &TenantPool<AsyncPgConnection>) -> QueryResult<Vec<String>> {
    let mut db = pool.within(scope);
    agents::table.scoped(scope).select(agents::name).load(&mut db).await
}

fn main() {}
