//! Batches whose rows leave different columns to their defaults.

use diesel::prelude::*;
use tenancy_diesel::insert_into;
use tenancy_tests::fixture::globex;
use tenancy_tests::schema::canvases;

use super::contents::{self, CANVASES, with};
use super::{RunQueryDsl, connect};

#[derive(Insertable)]
#[diesel(table_name = canvases)]
struct NewCanvas {
    id: i32,
    agent_id: i32,
    title: &'static str,
    /// The column is not null: `None` leaves it to its default.
    score: Option<i32>,
}

fn canvas(id: i32, score: Option<i32>) -> NewCanvas {
    NewCanvas { id, agent_id: 1, title: "new", score }
}

#[tokio::test]
async fn rows_of_one_batch_leave_different_columns_to_their_defaults() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&globex());
    let batch = vec![canvas(6, None), canvas(7, Some(70)), canvas(8, Some(80)), canvas(9, None)];
    assert_eq!(insert_into(table).values(&batch).execute(connection).await.unwrap(), 4);
    let rows = ["2:6:1:new:7", "2:7:1:new:70", "2:8:1:new:80", "2:9:1:new:7"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}
