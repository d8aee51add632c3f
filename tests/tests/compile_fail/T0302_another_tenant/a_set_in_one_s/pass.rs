// L22
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, ScopedSet};
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    set: &ScopedSet<i32>,
    pool: &TenantPool<AsyncPgConnection>,
) -> QueryResult<Vec<String>> {
    let mut db = pool.within_any(set);
    let _ = one;
    agents::table.scoped(set).select(agents::name).load(&mut db).await
}

fn main() {}
