//! "Insert, or update what is there" without ON CONFLICT: the form for MySQL and MariaDB, by several at once.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use tenancy_diesel::{insert_into, update};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::canvases;

use super::{Connection, RunQueryDsl, connect_twice};

/// Inserts first. Two statements, each by itself: in one transaction, two that find the same row can wait for each other.
async fn store(id: i32, score: i32, connection: &mut Connection) -> QueryResult<usize> {
    let table = canvases::table.scoped(&acme());
    let row = (canvases::id.eq(id), canvases::agent_id.eq(1), canvases::title.eq("new"));
    match insert_into(table).values((row, canvases::score.eq(score))).execute(connection).await {
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => {
            update(table.find(id)).set(canvases::score.eq(score)).execute(connection).await
        }
        done => done,
    }
}

async fn store_all(score: i32, connection: &mut Connection) {
    for id in (1..=40).chain((1..=40).rev()) {
        store(id, score, connection).await.expect("the row is stored");
    }
}

#[tokio::test]
async fn a_row_is_inserted_or_updated_by_two_at_once() {
    let Some([one, other]) = &mut connect_twice().await else { return };
    // 2 is both tenants', 5 the other's alone, the rest nobody's.
    tokio::join!(store_all(7, one), store_all(8, other));
    let stored: Vec<i32> = canvases::table
        .scoped(&acme())
        .filter(canvases::score.eq_any([7, 8]))
        .order(canvases::id)
        .select(canvases::id)
        .load(one)
        .await
        .unwrap();
    assert_eq!(stored, (1..=40).collect::<Vec<_>>());
    let others: Vec<i32> = canvases::table
        .scoped(&globex())
        .order(canvases::id)
        .select(canvases::score)
        .load(one)
        .await
        .unwrap();
    assert_eq!(others, [100, 200, 300]);
}
