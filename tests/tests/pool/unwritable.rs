//! A statement that cannot be written: it has more values than a message may have. Whatever went ahead of it is not lost with it. L86, L88.

use std::time::Duration;

use diesel::sql_types::Integer;
use diesel::{ExpressionMethods as _, QueryDsl as _, QueryableByName};
use tenancy_diesel::{Scoped, insert_into};
use tenancy_pool::prelude::RunQueryDsl as _;
use tenancy_pool::{PoolError, TenantPool, TenantTransaction};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;

use super::cancellation::polled;
use super::walled::Database;
use crate::Tested;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Integer)]
    tenant_id: i32,
}

/// Three values a row: more than 65,535 of them.
async fn add_too_many(tx: &mut TenantTransaction<Tested, i32>, scope: &Scoped<i32>) {
    let rows: Vec<_> =
        (1000..23_000).map(|id| (agents::id.eq(id), agents::name.eq(format!("{id}")))).collect();
    let added = insert_into(agents::table.scoped(scope)).values(rows).execute(tx).await;
    assert!(added.is_err(), "{added:?}");
}

/// What is in sight of raw SQL, which the wall alone scopes; nothing where the transaction does not go on.
async fn in_sight(tx: &mut TenantTransaction<Tested, i32>) -> Vec<i32> {
    let raw = tx.raw("a test", "SELECT tenant_id FROM agents").expect("behind a wall");
    raw.load::<Row>()
        .await
        .map_or_else(|_| Vec::new(), |rows| rows.into_iter().map(|row| row.tenant_id).collect())
}

async fn tell_globex(tenants: &TenantPool<Tested>) {
    let globex = globex();
    let count: i64 = tenants.get_result(&globex, agents::table.scoped(&globex).count()).await.unwrap();
    assert_eq!(count, 3);
}

async fn nothing_is_lost(database: Database) {
    let tenants = database.tenants(1).await;
    let acme = acme();
    let before = database.agents().await;

    // The first of the transaction, on a session that knows the other tenant.
    tell_globex(&tenants).await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    add_too_many(&mut tx, &acme).await;
    assert!(in_sight(&mut tx).await.iter().all(|tenant| tenant == acme.tenant()));
    let new = (agents::id.eq(998), agents::name.eq("y"));
    let _ = insert_into(agents::table.scoped(&acme)).values(new).execute(&mut tx).await;
    tx.rollback().await.unwrap();
    assert_eq!(database.agents().await, before, "it was one transaction");

    // The first behind a savepoint.
    tell_globex(&tenants).await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    let count: i64 = agents::table.scoped(&acme).count().get_result(&mut tx).await.unwrap();
    assert_eq!(count, 3);
    let undone: Result<(), PoolError> = tx
        .transaction(async |tx| {
            add_too_many(tx, &acme).await;
            let new = (agents::id.eq(998), agents::name.eq("y"));
            insert_into(agents::table.scoped(&acme)).values(new).execute(tx).await?;
            Err(PoolError::Cancelled)
        })
        .await;
    undone.unwrap_err();
    match tx.commit().await {
        // The savepoint was there: what was done in it is undone, and the rest is kept.
        Ok(()) => {}
        Err(error) => assert!(matches!(error, PoolError::Aborted), "{error}"),
    }
    assert_eq!(database.agents().await, before, "it was a savepoint");

    // A single one, and then the other tenant.
    let rows: Vec<_> =
        (1000..23_000).map(|id| (agents::id.eq(id), agents::name.eq(format!("{id}")))).collect();
    let single = tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(rows)).await;
    single.unwrap_err();
    tell_globex(&tenants).await;
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn l86_nothing_ahead_of_it_is_lost() {
    nothing_is_lost(Database::new().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn l86_nothing_ahead_of_it_is_lost_with_sealed_tenants() {
    nothing_is_lost(Database::sealed().await).await;
}

/// What was prepared for a future that was dropped is closed, even if what would have closed it was never sent.
#[tokio::test(flavor = "multi_thread")]
async fn l88_a_dropped_telling_and_one_that_cannot_be_written_leave_a_connection_that_serves() {
    let database = Database::new().await;
    let acme = acme();
    // A write: a read would be run again on another connection.
    let rename = || tenancy_diesel::update(agents::table.scoped(&acme)).set(agents::name.eq(agents::name));
    for polls in 1..12 {
        let tenants = database.tenants(1).await;
        let _ = polled(polls, tenants.execute(&acme, rename())).await;
        let mut tx = tenants.begin(&acme).await.unwrap();
        add_too_many(&mut tx, &acme).await;
        drop(tx);
        for _ in 0..2 {
            let served = tokio::time::timeout(Duration::from_secs(20), tenants.execute(&acme, rename()));
            assert_eq!(served.await.expect("it serves").expect("on the same connection"), 3);
        }
    }
}

/// What the application puts ahead of each transaction cannot be written: then nothing goes behind it.
#[tokio::test(flavor = "multi_thread")]
async fn l86_nothing_goes_behind_what_cannot_be_sent() {
    let database = Database::new().await;
    let tenants = database.builder().max_connections(1).first_statements(|_| vec!["SELECT 1 \0".to_owned()]);
    let tenants = tenants.build().await.unwrap();
    let (acme, before) = (acme(), database.agents().await);
    let mut tx = tenants.begin(&acme).await.unwrap();
    for id in [998, 999] {
        let new = (agents::id.eq(id), agents::name.eq("y"));
        let added = insert_into(agents::table.scoped(&acme)).values(new).execute(&mut tx).await;
        assert!(added.is_err(), "{added:?}");
        assert!(in_sight(&mut tx).await.is_empty());
    }
    drop(tx);
    let new = (agents::id.eq(997), agents::name.eq("y"));
    tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(new)).await.unwrap_err();
    assert_eq!(database.agents().await, before);
}
