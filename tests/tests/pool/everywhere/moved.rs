//! Rows that move to another tenant.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use tenancy_diesel::{move_rows, testing};
use tenancy_pool::{PoolError, RunQueryDsl};
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::super::open;

#[tokio::test(flavor = "multi_thread")]
async fn they_are_the_other_tenants_and_no_others_are() {
    let Some((tenants, database)) = open().await else { return };
    let sink = testing::RecordingSink::new();
    let across = testing::cross_tenant_audited_by(sink.clone(), "a merger");
    let of = async |scope| -> Vec<i32> {
        tenants
            .load(scope, canvases::table.scoped(scope).order(canvases::id).select(canvases::id))
            .await
            .unwrap()
    };
    let (moved, none, theirs) = tenants
        .across(&across)
        .transaction(async |tx| {
            let cyd = move_rows(agents::table, &across).from(ACME).to(GLOBEX).find(3);
            let own = move_rows(canvases::table, &across).from(ACME).to(GLOBEX);
            // Each tenant has canvases 1 and 2; the third is ACME's alone, and the fifth GLOBEX'.
            let none = move_rows(canvases::table, &across).from(ACME).to(GLOBEX).find(5);
            Ok::<_, PoolError>((
                cyd.execute(tx).await?,
                none.execute(tx).await?,
                own.filter(canvases::id.eq_any([3, 5])).filter(canvases::title.eq("sun")).execute(tx).await?,
            ))
        })
        .await
        .unwrap();
    assert_eq!((moved, none, theirs), (1, 0, 1));
    assert_eq!(database.agents().await, ["1:1:ada", "1:2:bob", "2:1:ada", "2:2:zoe", "2:3:cyd", "2:4:dan"]);
    assert_eq!((of(&acme()).await, of(&globex()).await), (vec![1, 2, 4], vec![1, 2, 3, 5]));
    let seen: Vec<_> = sink
        .events()
        .into_iter()
        .map(|event| match event {
            testing::RecordedEvent::RowsMoved { principal, reason, location, subject, from, to } => {
                assert_eq!((&*principal, &*reason), ("testing", "a merger"));
                assert!(location.file().ends_with("moved.rs"), "{location}");
                (subject, from, to)
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let of = |table| (table, "1".to_owned(), "2".to_owned());
    assert_eq!(seen, [of("agents"), of("canvases"), of("canvases")]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_the_other_tenant_has_is_refused() {
    let Some((tenants, database)) = open().await else { return };
    let before = database.agents().await;
    let across = testing::cross_tenant("a merger");
    let all = tenants
        .across(&across)
        .transaction(async |tx| {
            move_rows(canvases::table, &across).from(ACME).to(GLOBEX).find(3).execute(tx).await?;
            Ok::<_, PoolError>(move_rows(agents::table, &across).from(ACME).to(GLOBEX).execute(tx).await?)
        })
        .await;
    assert!(
        matches!(all, Err(PoolError::Query(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)))),
        "{all:?}"
    );
    assert_eq!(database.agents().await, before);
    let third = canvases::table.scoped(&acme()).find(3).select(canvases::id);
    assert_eq!(
        tenants.first::<_, _, _, _, i32>(&acme(), third).await.unwrap(),
        3,
        "with all of its transaction"
    );
}
