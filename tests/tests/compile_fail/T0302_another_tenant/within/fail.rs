// L22 L40
use diesel::prelude::*;
use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, brand};
use tenancy_pool::{RunQueryDsl, TenantPool};
use tenancy_tests::schema::agents;

pub async fn run(
    one: &Scoped<i32>,
    other: &Scoped<i32>,
    pool: &TenantPool<AsyncPgConnection>,
) -> QueryResult<Vec<String>> {
    brand!(north = one, south = other);
    let (mut db, elsewhere) = (pool.within(&north), pool.within(&south));
    let _ = &elsewhere;
    agents::table.scoped(elsewhere.scope()).select(agents::name).load(&mut db).await
}

fn main() {}
