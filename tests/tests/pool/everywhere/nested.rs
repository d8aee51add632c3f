//! Nested transactions.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{Scoped, insert_into};
use tenancy_pool::{PoolError, RunQueryDsl, TenantTransaction};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::super::{Connection, open};
use super::endings::cancel_one;

/// Adds an agent.
async fn hire(
    tx: &mut TenantTransaction<Connection, i32>,
    scope: &Scoped<i32>,
    id: i32,
) -> Result<(), PoolError> {
    let row = (agents::id.eq(id), agents::name.eq(format!("n{id}")));
    insert_into(agents::table.scoped(scope)).values(row).execute(tx).await?;
    Ok(())
}

/// What makes a nested transaction be undone.
fn undo() -> Result<(), PoolError> {
    Err(PoolError::Query(Error::RollbackTransaction))
}

/// Commits what `work` does, and returns the ids that are there then beside the fixture's.
async fn committed(
    work: impl AsyncFnOnce(&mut TenantTransaction<Connection, i32>, &Scoped<i32>),
) -> Option<Vec<i32>> {
    let (tenants, database) = open().await?;
    let acme = acme();
    let mut tx = tenants.begin(&acme).await.unwrap();
    work(&mut tx, &acme).await;
    tx.commit().await.unwrap();
    let new = |line: String| line.strip_prefix("1:")?.split_once(':')?.0.parse().ok().filter(|id| *id > 9);
    Some(database.agents().await.into_iter().filter_map(new).collect())
}

/// A case: what runs in the transaction, and the ids that are there afterwards.
macro_rules! case {
    ($name:ident, |$tx:ident, $acme:ident| $work:block, $ids:expr) => {
        #[tokio::test(flavor = "multi_thread")]
        async fn $name() {
            let ids =
                committed(async |$tx: &mut TenantTransaction<Connection, i32>, $acme: &Scoped<i32>| $work)
                    .await;
            let Some(ids) = ids else { return };
            assert_eq!(ids, $ids);
        }
    };
}

case!(
    kept,
    |tx, acme| {
        tx.transaction(async |tx| hire(tx, acme, 10).await).await.unwrap();
        hire(tx, acme, 11).await.unwrap();
    },
    [10, 11]
);

case!(
    undone,
    |tx, acme| {
        hire(tx, acme, 10).await.unwrap();
        let undone: Result<(), PoolError> = tx
            .transaction(async |tx| {
                hire(tx, acme, 11).await?;
                undo()
            })
            .await;
        assert!(matches!(undone, Err(PoolError::Query(Error::RollbackTransaction))));
        hire(tx, acme, 12).await.unwrap();
    },
    [10, 12]
);

case!(
    a_failed_statement_takes_only_the_nested_one,
    |tx, acme| {
        hire(tx, acme, 10).await.unwrap();
        for _ in 0..2 {
            let taken: Result<(), PoolError> = tx
                .transaction(async |tx| {
                    hire(tx, acme, 11).await?;
                    hire(tx, acme, 10).await
                })
                .await;
            assert!(matches!(taken, Err(PoolError::Query(Error::DatabaseError(_, _)))), "{taken:?}");
        }
        hire(tx, acme, 12).await.unwrap();
    },
    [10, 12]
);

case!(
    nested_twice_and_the_inner_undone,
    |tx, acme| {
        tx.transaction(async |tx| {
            hire(tx, acme, 10).await?;
            let inner: Result<(), PoolError> = tx
                .transaction(async |tx| {
                    hire(tx, acme, 11).await?;
                    undo()
                })
                .await;
            assert!(inner.is_err());
            hire(tx, acme, 12).await
        })
        .await
        .unwrap();
    },
    [10, 12]
);

case!(
    nested_twice_and_the_outer_undone,
    |tx, acme| {
        hire(tx, acme, 10).await.unwrap();
        let outer: Result<(), PoolError> = tx
            .transaction(async |tx| {
                hire(tx, acme, 11).await?;
                tx.transaction(async |tx| hire(tx, acme, 12).await).await?;
                undo()
            })
            .await;
        assert!(outer.is_err());
        hire(tx, acme, 13).await.unwrap();
    },
    [10, 13]
);

case!(
    withdrawn_before_anything_was_sent,
    |tx, acme| {
        // Before the BEGIN was sent, too.
        let nothing: Result<(), PoolError> = tx.transaction(async |_| undo()).await;
        assert!(nothing.is_err());
        tx.transaction(async |tx| {
            let nothing: Result<(), PoolError> = tx.transaction(async |_| undo()).await;
            assert!(nothing.is_err());
            tx.transaction(async |_| Ok::<_, PoolError>(())).await
        })
        .await
        .unwrap();
        hire(tx, acme, 10).await.unwrap();
        let outer: Result<(), PoolError> = tx
            .transaction(async |tx| {
                tx.transaction(async |_| Ok::<_, PoolError>(())).await?;
                undo()
            })
            .await;
        assert!(outer.is_err());
        hire(tx, acme, 11).await.unwrap();
    },
    [10, 11]
);

case!(
    one_after_the_other,
    |tx, acme| {
        for id in [10, 11, 12, 13] {
            let each: Result<(), PoolError> = tx
                .transaction(async |tx| {
                    hire(tx, acme, id).await?;
                    if id % 2 == 0 { Ok(()) } else { undo() }
                })
                .await;
            assert_eq!(each.is_ok(), id % 2 == 0);
        }
    },
    [10, 12]
);

/// Whatever the outer one ran afterwards would be mixed with what was half done.
#[tokio::test(flavor = "multi_thread")]
async fn dropped_between_two_statements_it_ends_the_transaction() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    hire(&mut tx, &acme, 10).await.unwrap();
    {
        let (hired, mut when) = tokio::sync::oneshot::channel::<()>();
        let nested = tx.transaction(async |tx| {
            hire(tx, &acme, 11).await?;
            drop(hired);
            std::future::pending::<Result<(), PoolError>>().await
        });
        tokio::select! {
            _ = nested => unreachable!("it waits for ever"),
            _ = &mut when => {}
        }
    }
    let refused = hire(&mut tx, &acme, 12).await;
    assert!(matches!(refused, Err(PoolError::Query(Error::QueryBuilderError(_)))), "{refused:?}");
    assert!(matches!(tx.commit().await, Err(PoolError::Cancelled)));
    assert_eq!(database.agents().await, before);
}

/// The closure says that all is well, though a statement of it was dropped.
#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_statement_is_not_kept() {
    let Some((tenants, database)) = open().await else { return };
    let acme = acme();
    let before = database.agents().await;
    let mut tx = tenants.begin(&acme).await.unwrap();
    let kept: Result<(), PoolError> = tx
        .transaction(async |tx| {
            hire(tx, &acme, 10).await?;
            cancel_one(tx, &acme).await;
            Ok(())
        })
        .await;
    assert!(matches!(kept, Err(PoolError::Cancelled)), "{kept:?}");
    drop(tx);
    assert_eq!(database.agents().await, before);
}
