//! One query over the tenants of a set, and no others.

use diesel::prelude::*;
use tenancy_diesel::testing::scope_set;
use tenancy_tests::fixture::{ACME, GLOBEX};

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> VarChar, }
    notes (tenant_id, id) { tenant_id -> Integer, id -> Integer, board_id -> Integer, }
    #[tenant_scoped(through = boards(board_id = id))]
    tags (board_id, tag) { board_id -> Integer, tag -> VarChar, }
    #[tenant_scoped(tenant_id, shared, filter = hidden.eq(0))]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, hidden -> Integer, }
}
tenancy_diesel::joinable!(notes -> boards (board_id));
tenancy_diesel::joinable!(tags -> boards (board_id));
diesel::allow_tables_to_appear_in_same_query!(boards, notes, tags, presets);

const TABLES: &str = "
CREATE TABLE boards (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, title VARCHAR(20) NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, board_id INTEGER NOT NULL, PRIMARY KEY (tenant_id, id));
CREATE TABLE tags (board_id INTEGER NOT NULL, tag VARCHAR(20) NOT NULL, PRIMARY KEY (board_id, tag));
CREATE TABLE presets (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER, hidden INTEGER NOT NULL);
INSERT INTO boards VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 3, 'three');
INSERT INTO notes VALUES (1, 10, 1), (2, 20, 2), (3, 30, 3), (2, 21, 1);
INSERT INTO tags VALUES (1, 'a'), (2, 'b'), (3, 'c');
INSERT INTO presets VALUES (1, NULL, 0), (2, 1, 0), (3, 2, 1), (4, 3, 0);
";

async fn arena() -> Option<Connection> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some(connection)
}

#[tokio::test]
async fn a_set_reads_its_tenants_rows_which_tell_whose_they_are() {
    let Some(connection) = &mut arena().await else { return };
    for (ids, expected) in [
        (vec![ACME, GLOBEX], vec![1, 2]),
        (vec![GLOBEX], vec![2]),
        (vec![GLOBEX, 3], vec![2, 3]),
        (vec![], vec![]),
    ] {
        let set = scope_set(ids);
        let found: Vec<i32> = boards::table
            .scoped(&set)
            .select(boards::tenant_id)
            .order(boards::tenant_id)
            .load(connection)
            .await
            .unwrap();
        assert_eq!(found, expected);
        let through: i64 = tags::table.scoped(&set).count().get_result(connection).await.unwrap();
        assert_eq!(usize::try_from(through).unwrap(), expected.len(), "through a parent");
    }
}

#[tokio::test]
async fn sources_of_a_set_are_joined_tenant_by_tenant() {
    let Some(connection) = &mut arena().await else { return };
    let set = scope_set([ACME, GLOBEX]);
    // Note 21 is Globex', and its board has the number of Acme's.
    let found: Vec<(i32, String)> = notes::table
        .scoped(&set)
        .inner_join(boards::table.scoped(&set))
        .select((notes::id, boards::title))
        .order(notes::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [(10, "one".to_owned()), (20, "two".to_owned())]);
    let found: Vec<(String, String)> = tags::table
        .scoped(&set)
        .inner_join(boards::table.scoped(&set))
        .select((tags::tag, boards::title))
        .order(tags::tag)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [("a".to_owned(), "one".to_owned()), ("b".to_owned(), "two".to_owned())]);
}

#[tokio::test]
async fn views_hold_for_a_set_as_well() {
    let Some(connection) = &mut arena().await else { return };
    let set = scope_set([ACME, GLOBEX]);
    let found: Vec<i32> = presets::table.scoped(&set).select(presets::id).load(connection).await.unwrap();
    assert_eq!(found, [2]);
    let shared = presets::table.scoped(&set).or_shared().select(presets::id).order(presets::id);
    assert_eq!(shared.load::<i32>(connection).await.unwrap(), [1, 2]);
    let unfiltered = presets::table.scoped(&set).unfiltered().select(presets::id).order(presets::id);
    assert_eq!(unfiltered.load::<i32>(connection).await.unwrap(), [2, 3]);
}

#[tokio::test]
async fn one_of_the_set_writes() {
    let Some(connection) = &mut arena().await else { return };
    let set = scope_set([ACME, GLOBEX]);
    let one = set.one(&GLOBEX).unwrap();
    let row = (boards::id.eq(9), boards::title.eq("new"));
    let done = tenancy_diesel::insert_into(boards::table.scoped(&one)).values(row).execute(connection).await;
    assert_eq!(done.unwrap(), 1);
    assert!(set.one(&3).is_none());
}
