//! How many connections there are, who may hold them, and what becomes of dead ones.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use futures_util::FutureExt;
use tenancy_diesel::Scoped;
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool, TenantTransaction};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::agents;

use super::budget::spend;
use super::walled::{APPLICATION, Database};
use crate::Tested;

/// How long a checkout waits here.
const PATIENCE: Duration = Duration::from_secs(2);

type Pool = TenantPool<Tested>;
type Tx = TenantTransaction<Tested, i32>;

async fn read(tenants: &Pool, scope: &Scoped<i32>) -> Result<i64, PoolError> {
    tenants.get_result(scope, agents::table.scoped(scope).count()).await
}

/// A transaction that the server knows of.
async fn begun(tenants: &Pool, scope: &Scoped<i32>) -> Tx {
    let mut tx = tenants.begin(scope).await.unwrap();
    let count: i64 = agents::table.scoped(scope).count().get_result(&mut tx).await.unwrap();
    assert_eq!(count, 3);
    tx
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tenant_cannot_drain_the_pool() {
    let database = Database::new().await;
    let builder =
        database.builder().max_connections(3).max_connections_per_tenant(2).acquire_timeout(PATIENCE);
    let tenants = builder.build().await.unwrap();
    let (acme, globex) = (acme(), globex());
    let held = [begun(&tenants, &acme).await, begun(&tenants, &acme).await];
    let refused = tenants.begin(&acme).await.map(drop).unwrap_err();
    let PoolError::TenantBusy { tenant, limit } = &refused else { panic!("{refused:?}") };
    assert_eq!((tenant.as_str(), *limit), ("1", 2));
    assert!(refused.to_string().contains("connections_per_tenant"), "{refused}");
    // Others go on, and the two that it has are its own.
    assert_eq!(read(&tenants, &globex).await.unwrap(), 3);
    let [one, other] = held;
    one.commit().await.unwrap();
    assert_eq!(read(&tenants, &acme).await.unwrap(), 3);
    // A permit comes back with its connection, also from what is dropped and from what gave up waiting.
    for _ in 0..20 {
        drop(begun(&tenants, &acme).await);
        let full = begun(&tenants, &acme).await;
        assert!(tenants.begin(&acme).now_or_never().is_none());
        drop(full);
    }
    drop(other);
    drop([begun(&tenants, &acme).await, begun(&tenants, &acme).await]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_that_is_empty_says_so_in_time() {
    let database = Database::new().await;
    let tenants = database.builder().max_connections(2).acquire_timeout(PATIENCE).build().await.unwrap();
    let (acme, globex) = (acme(), globex());
    let held = [begun(&tenants, &acme).await, begun(&tenants, &globex).await];
    let begin = Instant::now();
    let refused = read(&tenants, &acme).await.unwrap_err();
    assert!(matches!(refused, PoolError::PoolTimedOut), "{refused:?}");
    assert!(begin.elapsed() >= PATIENCE);
    assert!(refused.to_string().contains("max_connections"), "{refused}");
    assert_eq!(tenants.state().connections, 2);
    drop(held);
    assert_eq!(read(&tenants, &acme).await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pool_opens_no_more_than_it_may() {
    let database = Database::new().await;
    let tenants = database.builder().max_connections(3).build().await.unwrap();
    let acme = acme();
    let tasks: Vec<_> = (0..30)
        .map(|_| {
            let (tenants, acme) = (tenants.clone(), acme.clone());
            tokio::spawn(async move {
                for _ in 0..10 {
                    assert_eq!(read(&tenants, &acme).await.unwrap(), 3);
                }
            })
        })
        .collect();
    let count = format!(
        "SELECT count(*)::text AS line FROM pg_stat_activity WHERE usename = '{APPLICATION}'
         AND datname = current_database()"
    );
    for _ in 0..10 {
        let open: usize = database.lines(&count).await[0].parse().unwrap();
        assert!(open <= 3, "{open}");
    }
    for task in tasks {
        task.await.unwrap();
    }
    assert!(tenants.state().connections <= 3);
}

/// Ends the application's backends, as a server does that restarts.
async fn terminate(database: &Database) {
    let ended = format!(
        "SELECT pg_terminate_backend(pid, 30000)::text AS line FROM pg_stat_activity
         WHERE usename = '{APPLICATION}' AND datname = current_database()"
    );
    assert!(database.lines(&ended).await.iter().all(|ended| ended == "true"));
    // The closed sockets are seen by tasks, which have to be scheduled first: of this thread's, so that their turn comes.
    tokio::time::sleep(Duration::from_millis(10)).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_connection_that_died_in_the_pool_is_not_handed_out() {
    let database = Database::new().await;
    let tenants = database.tenants(2).await;
    let (acme, globex) = (acme(), globex());
    // Also when the one who asks has no budget left, and tokio would answer for every channel that nothing is in it.
    for units in [0, 1, 127, 128, 129].into_iter().chain(120..128) {
        drop([begun(&tenants, &acme).await, begun(&tenants, &globex).await]);
        database.settled().await;
        terminate(&database).await;
        spend(units).await;
        let (ours, theirs) = tokio::join!(read(&tenants, &acme), read(&tenants, &globex));
        assert_eq!((ours.unwrap(), theirs.unwrap()), (3, 3));
    }
}

#[tokio::test]
async fn a_connection_that_dies_in_a_transaction_is_an_error_and_then_replaced() {
    let database = Database::new().await;
    let tenants = database.tenants(1).await;
    let acme = acme();
    for ending in 0..3 {
        let mut tx = begun(&tenants, &acme).await;
        terminate(&database).await;
        match ending {
            0 => drop(tx),
            1 => assert!(matches!(tx.commit().await, Err(PoolError::Query(_)))),
            _ => {
                agents::table.scoped(&acme).count().get_result::<i64>(&mut tx).await.unwrap_err();
                assert!(matches!(tx.commit().await, Err(PoolError::Aborted | PoolError::Query(_))));
            }
        }
        assert_eq!(read(&tenants, &acme).await.unwrap(), 3);
    }
}
