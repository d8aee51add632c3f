use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{AdmissionDoor, Scoped};
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

type Pool = TenantPool<AsyncPgConnection>;

pub async fn run(scope: &Scoped<i32>, door: &AdmissionDoor, pool: &Pool) -> QueryResult<Vec<String>> {
    let _ = door;
    let mut db = pool.before_admission(door);
    agents::table.scoped(scope).select(agents::name).load(&mut db).await
}

fn main() {}
