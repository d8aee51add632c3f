//! Upserts, and batches that leave different columns to their defaults.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::insert_into;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect, contents};
use crate::any_connection::AnyConnection;

#[tokio::test]
async fn an_upsert_merges_into_the_tenants_own_row() {
    let Some(connection) = &mut connect().await else { return };
    let insert = insert_into(agents::table.scoped(&acme()))
        .values((agents::id.eq(1), agents::name.eq("ann")))
        .on_conflict(agents::id)
        .do_update()
        .set(agents::name.eq("ann"));
    assert_eq!(insert.execute(connection).await.unwrap(), 1);
    // Globex has an agent 4, and Acme has none.
    let insert = insert_into(agents::table.scoped(&acme()))
        .values((agents::id.eq(4), agents::name.eq("new")))
        .on_conflict_do_nothing();
    assert_eq!(insert.execute(connection).await.unwrap(), 1);
    let expected = contents::with(&contents::AGENTS, &["1:1:ann:-:1", "1:4:new:-:-"]);
    assert_eq!(contents::agents(connection).await, expected);
}

#[tokio::test]
async fn a_batch_is_one_statement() {
    let Some(connection) = &mut connect().await else { return };
    let row = |id, score: Option<i32>| {
        (
            canvases::id.eq(id),
            canvases::agent_id.eq(1),
            canvases::title.eq("t"),
            score.map(|score| canvases::score.eq(score)),
        )
    };
    let alike = vec![row(8, None), row(9, None)];
    assert_eq!(
        insert_into(canvases::table.scoped(&globex())).values(alike).execute(connection).await.unwrap(),
        2
    );
    let mixed = vec![row(10, None), row(11, Some(1))];
    let done = insert_into(canvases::table.scoped(&globex())).values(mixed).execute(connection).await;
    let mut expected = contents::with(&contents::CANVASES, &["2:8:1:t:7", "2:9:1:t:7"]);
    match connection {
        AnyConnection::Pg(_) => {
            assert_eq!(done, Ok(2));
            expected = contents::with(&expected, &["2:10:1:t:7", "2:11:1:t:1"]);
        }
        AnyConnection::Sqlite(_) => {
            let Err(Error::QueryBuilderError(reason)) = done else { panic!("not refused: {done:?}") };
            let reason = reason.to_string();
            assert!(reason.ends_with("insert the two kinds apart"), "{reason}");
            assert!(reason.starts_with("row 1 of a batch for `canvases`"), "{reason}");
        }
    }
    assert_eq!(contents::canvases(connection).await, expected);
}
