//! DISTINCT ON, and ANY of an array.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn the_first_row_of_a_value_is_the_tenants() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [
        (acme(), vec![("odd", 40), ("sea", 20), ("sun", 30)]),
        (globex(), vec![("far", 300), ("sky", 200), ("sun", 100)]),
    ] {
        let query = canvases::table
            .scoped(&scope)
            .distinct_on(canvases::title)
            .order((canvases::title, canvases::score.desc()))
            .select((canvases::title, canvases::score));
        let rows: Vec<(String, i32)> = query.load(connection).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(title, score)| (&**title, *score)).collect();
        assert_eq!(rows, expected);
    }
}

#[tokio::test]
async fn a_list_of_keys_finds_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).filter(agents::id.eq_any(vec![2, 3, 4])).order(agents::id);
    assert_eq!(query.select(agents::name).load::<String>(connection).await.unwrap(), ["bob", "cyd"]);
}
