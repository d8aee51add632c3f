//! Upserts and RETURNING of rows that belong to a tenant through a parent, that all may share, or that a filter hides.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{CrossTenant, delete, insert_into, testing, update};
use tenancy_tests::fixture::{acme, globex};

use super::{RunQueryDsl, connect};

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Integer, }
    #[tenant_scoped(through = boards(board_id))]
    notes (board_id, slug) { board_id -> Integer, slug -> VarChar, body -> VarChar, }
    #[tenant_scoped(tenant_id, shared)]
    presets (name) { tenant_id -> Nullable<Integer>, name -> VarChar, value -> VarChar, }
    #[tenant_scoped(tenant_id, filter = deleted_at.is_null())]
    drafts (id) { id -> Integer, tenant_id -> Integer, deleted_at -> Nullable<Integer>, }
}

const TABLES: &str = "
CREATE TABLE boards (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL);
CREATE TABLE notes (board_id INTEGER NOT NULL, slug VARCHAR(20) NOT NULL, body VARCHAR(20) NOT NULL, PRIMARY KEY (board_id, slug));
CREATE TABLE presets (tenant_id INTEGER, name VARCHAR(20) NOT NULL, value VARCHAR(20) NOT NULL, UNIQUE (tenant_id, name));
CREATE TABLE drafts (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, deleted_at INTEGER);
INSERT INTO boards VALUES (1, 1), (2, 2);
INSERT INTO notes VALUES (1, 'a', 'ours'), (2, 'a', 'theirs');
INSERT INTO presets VALUES (NULL, 'size', 'small'), (2, 'size', 'big');
INSERT INTO drafts VALUES (1, 1, NULL), (2, 1, 5), (3, 2, NULL);
";

fn support() -> CrossTenant {
    testing::cross_tenant("a test")
}

#[tokio::test]
async fn an_upsert_finds_the_row_of_that_parent_and_no_other() {
    let Some(connection) = &mut connect().await else { return };
    super::run(connection, TABLES).await.unwrap();
    let row = |board: i32| (notes::board_id.eq(board), notes::slug.eq("a"), notes::body.eq("new"));
    let upsert =
        |board: i32| insert_into(notes::table.scoped(&acme())).values(row(board)).on_conflict(notes::slug);
    let body = || notes::body.eq(excluded(notes::body));
    assert!(upsert(2).do_update().set(body()).execute(connection).await.is_err(), "another tenant's parent");
    assert!(upsert(2).do_nothing().execute(connection).await.is_err());
    assert_eq!(upsert(1).do_nothing().execute(connection).await.unwrap(), 0);
    assert_eq!(upsert(1).do_update().set(body()).execute(connection).await.unwrap(), 1);
    let all =
        notes::table.across_tenants(&support()).select((notes::board_id, notes::body)).order(notes::board_id);
    let all: Vec<(i32, String)> = all.load(connection).await.unwrap();
    assert_eq!(all, [(1, "new".to_owned()), (2, "theirs".to_owned())]);
}

#[tokio::test]
async fn what_is_written_through_a_parent_is_returned() {
    let Some(connection) = &mut connect().await else { return };
    super::run(connection, TABLES).await.unwrap();
    let mine = notes::table.scoped(&acme());
    let row = (notes::board_id.eq(1), notes::slug.eq("b"), notes::body.eq("new"));
    let stored: (i32, String, String) = insert_into(mine).values(row).get_result(connection).await.unwrap();
    assert_eq!(stored, (1, "b".to_owned(), "new".to_owned()));
    let changed =
        update(mine).set(notes::body.eq("x")).returning(notes::slug).get_results::<String>(connection).await;
    assert_eq!(changed.unwrap().len(), 2);
    let gone = delete(mine).returning(notes::board_id).get_results::<i32>(connection).await.unwrap();
    assert_eq!(gone, [1, 1]);
}

#[tokio::test]
async fn an_upsert_of_one_s_own_leaves_the_shared_row_of_its_key() {
    let Some(connection) = &mut connect().await else { return };
    super::run(connection, TABLES).await.unwrap();
    for value in ["first", "second"] {
        let row = (presets::name.eq("size"), presets::value.eq(value));
        let insert = insert_into(presets::table.scoped(&acme())).values(row).on_conflict(presets::name);
        let stored =
            insert.do_update().set(presets::value.eq(excluded(presets::value))).returning(presets::value);
        assert_eq!(stored.get_result::<String>(connection).await.unwrap(), value);
    }
    let all = presets::table
        .across_tenants(&support())
        .select((presets::tenant_id, presets::value))
        .order(presets::value);
    let all: Vec<(Option<i32>, String)> = all.load(connection).await.unwrap();
    assert_eq!(
        all,
        [(Some(2), "big".to_owned()), (Some(1), "second".to_owned()), (None, "small".to_owned())]
    );
}

#[tokio::test]
async fn what_a_filter_hides_is_neither_changed_nor_returned() {
    let Some(connection) = &mut connect().await else { return };
    super::run(connection, TABLES).await.unwrap();
    let mine = drafts::table.scoped(&acme());
    let hidden =
        update(mine).set(drafts::deleted_at.eq(9)).returning(drafts::id).get_results::<i32>(connection).await;
    assert_eq!(hidden.unwrap(), [1]);
    assert_eq!(delete(mine).returning(drafts::id).get_results::<i32>(connection).await.unwrap(), [0; 0]);
    let mut gone =
        delete(mine.unfiltered()).returning(drafts::id).get_results::<i32>(connection).await.unwrap();
    gone.sort_unstable();
    assert_eq!(gone, [1, 2]);
    assert_eq!(delete(drafts::table.scoped(&globex())).execute(connection).await.unwrap(), 1);
}
