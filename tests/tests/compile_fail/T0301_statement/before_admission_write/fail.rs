use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::AdmissionDoor;
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::plans;

pub async fn run(door: &AdmissionDoor, pool: &TenantPool<AsyncPgConnection>) -> QueryResult<usize> {
    let _ = door;
    let mut db = pool.before_admission(door);
    diesel::update(plans::table).set(plans::name.eq("mine")).execute(&mut db).await
}

fn main() {}
