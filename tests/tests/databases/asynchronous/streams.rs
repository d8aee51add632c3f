//! Streams of rows.

use diesel::prelude::*;
use futures_util::TryStreamExt as _;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn a_stream_has_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), [1, 2, 3]), (globex(), [1, 2, 4])] {
        let query = agents::table.scoped(&scope).select(agents::id).order(agents::id);
        let stream = query.load_stream::<i32>(connection).await.unwrap();
        assert_eq!(stream.try_collect::<Vec<_>>().await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_stream_of_a_join_has_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let query = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .select((agents::id, canvases::score.nullable()))
        .order(agents::id);
    let stream = query.load_stream::<(i32, Option<i32>)>(connection).await.unwrap();
    let rows: Vec<_> = stream.try_collect().await.unwrap();
    assert_eq!(rows, [(1, Some(100)), (2, Some(200)), (4, None)]);
}
