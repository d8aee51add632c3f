//! What SQLite does otherwise: one writer at a time, and constraints that undo the whole transaction.

use diesel::prelude::*;
use tenancy_diesel::insert_into;
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::acme;
use tenancy_tests::schema::agents;

use super::sqlite::open;

tenancy_diesel::table! {
    notes (id) {
        id -> Integer,
        tenant_id -> Integer,
    }
}

/// The constraint has undone the transaction: what came next would be committed by itself.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_runs_after_a_constraint_that_rolls_back() {
    let Some((tenants, database)) = open().await else { return };
    database
        .run(
            "CREATE TABLE notes (id INTEGER, tenant_id INTEGER, UNIQUE (tenant_id, id) ON CONFLICT ROLLBACK)",
        )
        .await;
    let acme = acme();
    let note = |id: i32| insert_into(notes::table.scoped(&acme)).values(notes::id.eq(id));
    let mut tx = tenants.begin(&acme).await.unwrap();
    note(1).execute(&mut tx).await.unwrap();
    assert!(note(1).execute(&mut tx).await.is_err());
    assert!(note(2).execute(&mut tx).await.is_err());
    let committed = tx.commit().await;
    assert!(matches!(committed, Err(PoolError::Aborted)), "{committed:?}");
    let notes = "SELECT CAST(id AS TEXT) AS line FROM notes";
    assert_eq!(database.lines(notes).await, [""; 0]);
    assert_eq!(tenants.execute(&acme, note(3)).await.unwrap(), 1);
    assert_eq!(database.lines(notes).await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_wait_for_each_other() {
    let Some((tenants, database)) = open().await else { return };
    let tasks: Vec<_> = (10..14)
        .map(|id| {
            let tenants = tenants.clone();
            tokio::spawn(async move {
                let acme = acme();
                let row = (agents::id.eq(id), agents::name.eq(format!("n{id}")));
                tenants.execute(&acme, insert_into(agents::table.scoped(&acme)).values(row)).await
            })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), 1);
    }
    assert_eq!(database.agents().await.len(), 10);
}
