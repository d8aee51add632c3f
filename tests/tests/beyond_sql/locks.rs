//! Locks: of Redis, and PostgreSQL's advisory ones, which belong to the whole database.

use diesel::sql_types::BigInt;
use diesel::{
    Connection as _, IntoSql as _, PgConnection, RunQueryDsl as _, connection::SimpleConnection as _,
};
use tenancy_diesel::names::LockKey;
use tenancy_policies::redis::{self, AsyncCommands as _};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::server::{fresh_postgres_database, redis_url};

diesel::define_sql_function! {
    fn pg_try_advisory_lock(key: BigInt) -> Bool;
}

fn try_lock(connection: &mut PgConnection, key: &LockKey) -> bool {
    let locked = pg_try_advisory_lock(key.as_i64().into_sql::<BigInt>());
    diesel::select(locked).get_result(connection).unwrap()
}

#[test]
fn l74_two_tenants_hold_the_same_lock_in_two_schemas_of_one_database() {
    let url = fresh_postgres_database("locks");
    let (acme, globex) = (acme(), globex());
    let lock = |scope: &tenancy_diesel::Scoped<i32>| scope.names("shop").unwrap().lock_key(["billing"]);
    let mut sessions = [1, 2, 3].map(|_| PgConnection::establish(&url).unwrap());
    let [first, second, third] = &mut sessions;
    for (connection, schema) in [(&mut *first, "acme"), (&mut *second, "globex"), (&mut *third, "acme")] {
        let place = format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path = {schema}");
        connection.batch_execute(&place).unwrap();
    }

    assert!(try_lock(first, &lock(&acme)));
    assert!(try_lock(second, &lock(&globex)), "another tenant's work waits for nobody");
    assert!(!try_lock(third, &lock(&acme)), "and the same tenant's does");
}

#[tokio::test]
async fn l74_a_lock_in_redis_is_one_tenants_and_no_cache_entry() {
    let Some(url) = redis_url() else { return };
    let mut redis = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let (acme, globex) = (acme(), globex());
    let (ours, theirs) = (acme.names("beyond_sql_locks").unwrap(), globex.names("beyond_sql_locks").unwrap());

    let mut take = async |key: &LockKey| redis.set_nx::<_, _, bool>(key.as_str(), "held").await.unwrap();
    assert!(take(&ours.lock_key(["billing"])).await);
    assert!(!take(&ours.lock_key(["billing"])).await);
    assert!(take(&theirs.lock_key(["billing"])).await);
    for parts in [&["_lock", "billing"][..], &["_lock:billing"], &["lock", "billing"]] {
        let entry: Option<String> = redis.get(ours.cache_key(parts).as_str()).await.unwrap();
        assert_eq!(entry, None, "{parts:?}");
    }
}
