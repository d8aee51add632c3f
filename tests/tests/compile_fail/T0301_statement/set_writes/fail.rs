// L22
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::ScopedSet;
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::plans;

pub async fn run(set: &ScopedSet<i32>, pool: &TenantPool<AsyncPgConnection>) -> QueryResult<usize> {
    let mut db = pool.within_any(set);
    let _ = set;
    diesel::insert_into(plans::table).values(plans::name.eq("free")).execute(&mut db).await
}

fn main() {}
