//! How a transaction ends.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use diesel::prelude::*;
use futures_util::FutureExt;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_pool::{IsolationLevel, PoolError, RunQueryDsl, TenantTransaction, TransactionOptions};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::super::{Connection, open};

/// Adds an agent.
pub(super) async fn hire(
    tx: &mut TenantTransaction<Connection, i32>,
    scope: &Scoped<i32>,
    id: i32,
) -> QueryResult<usize> {
    let name = format!("n{id}");
    insert_into(agents::table.scoped(scope))
        .values((agents::id.eq(id), agents::name.eq(name)))
        .execute(tx)
        .await
}

/// Drops a statement that is under way: after one poll, unless it was done with it.
pub(super) async fn cancel_one(tx: &mut TenantTransaction<Connection, i32>, scope: &Scoped<i32>) {
    for id in 20.. {
        match hire(tx, scope, id).now_or_never() {
            Some(done) => assert_eq!(done, Ok(1)),
            None => return,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closure_that_succeeds_is_committed_and_one_that_fails_is_rolled_back() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    let failed: Result<(), PoolError> = tenants
        .transaction(&acme, async |tx| {
            hire(tx, &acme, 8).await?;
            Err(PoolError::Query(diesel::result::Error::RollbackTransaction))
        })
        .await;
    assert!(matches!(failed, Err(PoolError::Query(diesel::result::Error::RollbackTransaction))));
    assert_eq!(database.agents().await, before);
    let count: i64 = tenants
        .transaction(&acme, async |tx| {
            hire(tx, &acme, 9).await?;
            Ok::<_, PoolError>(agents::table.scoped(&acme).count().get_result(tx).await?)
        })
        .await
        .unwrap();
    assert_eq!((count, database.agents().await.len()), (4, 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_commit_commits() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    for _ in 0..10 {
        let mut rolled_back = tenants.begin(&acme).await.unwrap();
        hire(&mut rolled_back, &acme, 7).await.unwrap();
        rolled_back.rollback().await.unwrap();
        let mut dropped = tenants.begin(&acme).await.unwrap();
        hire(&mut dropped, &acme, 7).await.unwrap();
        drop(dropped);
        // Nothing was sent in these.
        drop(tenants.begin(&acme).await.unwrap());
        tenants.begin(&acme).await.unwrap().commit().await.unwrap();
        tenants.begin(&acme).await.unwrap().rollback().await.unwrap();
    }
    assert_eq!(database.agents().await, before);
    let mut kept = tenants.begin(&acme).await.unwrap();
    hire(&mut kept, &acme, 7).await.unwrap();
    kept.commit().await.unwrap();
    assert_eq!(database.agents().await.len(), before.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_panic_in_the_closure_rolls_back_and_its_connection_serves_again() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    for round in 0..8 {
        let work = tenants.transaction::<_, _, (), PoolError, _>(&acme, async |tx| {
            hire(tx, &acme, 7).await?;
            panic!("the application's, in round {round}")
        });
        assert!(AssertUnwindSafe(work).catch_unwind().await.is_err());
    }
    assert_eq!(database.agents().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_of_the_server_that_is_swallowed_commits_nothing() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    let swallowed: Result<(), PoolError> = tenants
        .transaction(&acme, async |tx| {
            hire(tx, &acme, 7).await?;
            // The name is too long for PostgreSQL and MariaDB; SQLite has no such limit, but the key is taken.
            let too_long = insert_into(agents::table.scoped(&acme))
                .values((agents::id.eq(1), agents::name.eq("x".repeat(100))))
                .execute(tx)
                .await;
            assert!(too_long.is_err());
            let after = hire(tx, &acme, 8).await.unwrap_err();
            assert!(aborted(&after), "{after:?}");
            Ok(())
        })
        .await;
    assert!(matches!(swallowed, Err(PoolError::Aborted)), "{swallowed:?}");
    assert_eq!(database.agents().await, before);
}

fn aborted(error: &diesel::result::Error) -> bool {
    let diesel::result::Error::QueryBuilderError(source) = error else { return false };
    matches!(source.downcast_ref(), Some(PoolError::Aborted))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_is_dropped_ends_the_transaction() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    hire(&mut tx, &acme, 7).await.unwrap();
    cancel_one(&mut tx, &acme).await;
    let refused = hire(&mut tx, &acme, 9).await.unwrap_err();
    let diesel::result::Error::QueryBuilderError(source) = &refused else { panic!("{refused:?}") };
    assert!(matches!(source.downcast_ref(), Some(PoolError::Cancelled)), "{source:?}");
    assert!(matches!(tx.commit().await, Err(PoolError::Cancelled)));
    assert_eq!(database.agents().await, before);
    assert_eq!(
        tenants.get_result::<_, _, _, _, i64>(&acme, agents::table.scoped(&acme).count()).await.unwrap(),
        3
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_was_never_polled_changes_nothing() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let mut tx = tenants.begin(&acme).await.unwrap();
    drop(hire(&mut tx, &acme, 8));
    hire(&mut tx, &acme, 9).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(database.agents().await.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_option_opens_a_transaction_that_works() {
    let Some((tenants, _database)) = open().await else { return };
    let acme = acme();
    let new = TransactionOptions::new;
    let levels =
        [IsolationLevel::ReadCommitted, IsolationLevel::RepeatableRead, IsolationLevel::Serializable];
    for options in levels.map(|level| new().isolation(level)) {
        for options in [options, options.read_only(), options.deferrable(), options.read_only().deferrable()]
        {
            let mut tx = tenants.begin_with(&acme, options).await.unwrap();
            let count: i64 = agents::table.scoped(&acme).count().get_result(&mut tx).await.unwrap();
            assert_eq!(count, 3, "{options:?}");
            tx.commit().await.unwrap();
        }
    }
}

/// The pool has four connections: none may be lost.
#[tokio::test(flavor = "multi_thread")]
async fn every_connection_comes_back() {
    let Some((tenants, _database)) = open().await else { return };
    let acme = acme();
    for id in 0..20 {
        let mut tx = tenants.begin(&acme).await.unwrap();
        let _ = hire(&mut tx, &acme, id).await;
    }
    let mut held = Vec::new();
    for _ in 0..4 {
        let begun = tokio::time::timeout(Duration::from_secs(10), tenants.begin(&acme)).await;
        held.push(begun.expect("a connection comes back").unwrap());
    }
}
