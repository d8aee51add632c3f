//! The part of `reading.md` on several tenants in a pool.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_diesel::{ScopedSet, testing};
use tenancy_pool::{PoolError, TenantPool};
use tenancy_tests::server;

use crate::app::schema::canvases;

async fn open_canvases(
    pool: &TenantPool<AsyncPgConnection>,
    set: &ScopedSet<i32>,
) -> Result<Vec<(i32, String)>, PoolError> {
    pool.within_any(set)
        .load(
            canvases::table
                .scoped(set)
                .select((canvases::tenant_id, canvases::title))
                .order(canvases::id)
                .limit(50),
        )
        .await
}

#[tokio::test]
async fn a_person_reads_over_several_tenants() {
    let url = server::fresh_postgres_database("guides");
    let mut owner = AsyncPgConnection::establish(&url).await.unwrap();
    let table =
        "CREATE TABLE canvases (tenant_id integer, id integer, title text, PRIMARY KEY (tenant_id, id));
        INSERT INTO canvases VALUES (1, 1, 'sun'), (2, 2, 'sea'), (3, 3, 'sky')";
    owner.batch_execute(table).await.unwrap();
    let pool = TenantPool::<AsyncPgConnection>::builder(&url).without_wall("a guide").build().await.unwrap();
    let seen = open_canvases(&pool, &testing::scope_set([1, 3])).await.unwrap();
    assert_eq!(seen, [(1, "sun".to_owned()), (3, "sky".to_owned())]);
}
