use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{AdmissionDoor, Scoped};
use tenancy_pool::{RunQueryDsl, TenantPool};

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, admission(token))]
    keys (id) { id -> Integer, tenant_id -> Integer, token -> Text, }
}

type Pool = TenantPool<AsyncPgConnection>;

pub async fn run(scope: &Scoped<i32>, door: &AdmissionDoor, pool: &Pool) -> QueryResult<Vec<i32>> {
    let _ = scope;
    let mut db = pool.within(scope);
    keys::table.before_admission(door, keys::token, "x").select(keys::tenant_id).load(&mut db).await
}

fn main() {}
