//! Rows that move to another tenant, on a connection without a pool: those that name their tenant, of each kind.

use diesel::prelude::*;
use tenancy_diesel::{CrossTenant, move_rows, testing};
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tenancy_tests::ids::OrgId;

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Integer, title -> VarChar, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, }
    members (person_id) { tenant_id -> Integer, person_id -> Integer, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, }
    #[tenant_scoped(tenant_id, shared)]
    presets (id) { id -> Integer, tenant_id -> Nullable<Integer>, }
    #[tenant_scoped(tenant_id, shared = 0, filter = deleted_at.is_null())]
    labels (id) { id -> Integer, tenant_id -> Integer, deleted_at -> Nullable<Integer>, }
    #[tenant_scoped(org_id: OrgId)]
    ledgers (id) { id -> Integer, org_id -> Integer, }
}

const TABLES: &str = "
CREATE TABLE boards (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, title VARCHAR(20) NOT NULL);
CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, board_id INTEGER NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person_id INTEGER NOT NULL, PRIMARY KEY (tenant_id, person_id));
CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE presets (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER);
CREATE TABLE labels (id INTEGER NOT NULL PRIMARY KEY, tenant_id INTEGER NOT NULL, deleted_at INTEGER);
CREATE TABLE ledgers (id INTEGER NOT NULL PRIMARY KEY, org_id INTEGER NOT NULL);
INSERT INTO boards VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'a'), (4, 3, 'a');
INSERT INTO notes VALUES (1, 1), (2, 2), (3, 3), (4, 4);
INSERT INTO people VALUES (7), (8), (9);
INSERT INTO members VALUES (1, 7), (2, 8), (3, 7);
INSERT INTO presets VALUES (1, 1), (2, 2), (3, NULL);
INSERT INTO labels VALUES (1, 1, NULL), (2, 1, 5), (3, 2, NULL), (4, 0, NULL);
INSERT INTO ledgers VALUES (1, 1), (2, 2);
";

async fn arena() -> Option<(Connection, CrossTenant)> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some((connection, testing::cross_tenant("a merger")))
}

macro_rules! ids {
    ($source:expr, $column:expr, $connection:expr) => {
        $source.select($column).order($column).load::<i32>($connection).await.unwrap()
    };
}

#[tokio::test]
async fn children_come_along_with_their_parent() {
    let Some((connection, across)) = &mut arena().await else { return };
    let moved = move_rows(boards::table, &*across).from(ACME).to(GLOBEX).filter(boards::title.eq("a"));
    assert_eq!(moved.execute(connection).await.unwrap(), 1);
    assert_eq!(ids!(boards::table.scoped(&acme()), boards::id, connection), [2]);
    assert_eq!(ids!(notes::table.scoped(&acme()), notes::id, connection), [2]);
    assert_eq!(ids!(notes::table.scoped(&globex()), notes::id, connection), [1, 3]);
    assert_eq!(ids!(notes::table.scoped(&testing::scope(3)), notes::id, connection), [4]);
}

#[tokio::test]
async fn who_is_linked_comes_along_with_the_link() {
    let Some((connection, across)) = &mut arena().await else { return };
    let moved = move_rows(members::table, &*across).from(ACME).to(GLOBEX).execute(connection).await;
    assert_eq!(moved.unwrap(), 1);
    assert_eq!(ids!(people::table.scoped(&acme()), people::id, connection), [0; 0]);
    assert_eq!(ids!(people::table.scoped(&globex()), people::id, connection), [7, 8]);
    assert_eq!(ids!(people::table.scoped(&testing::scope(3)), people::id, connection), [7]);
}

#[tokio::test]
async fn what_all_share_stays_and_what_the_filter_hides_comes_along() {
    let Some((connection, across)) = &mut arena().await else { return };
    assert_eq!(
        move_rows(presets::table, &*across).from(ACME).to(GLOBEX).execute(connection).await.unwrap(),
        1
    );
    assert_eq!(
        move_rows(labels::table, &*across).from(ACME).to(GLOBEX).execute(connection).await.unwrap(),
        2
    );
    assert_eq!(ids!(presets::table.scoped(&globex()), presets::id, connection), [1, 2]);
    assert_eq!(ids!(presets::table.scoped(&acme()).or_shared(), presets::id, connection), [3]);
    assert_eq!(ids!(labels::table.scoped(&globex()).unfiltered(), labels::id, connection), [1, 2, 3]);
    assert_eq!(ids!(labels::table.scoped(&acme()).or_shared(), labels::id, connection), [4]);
}

#[tokio::test]
async fn rows_of_another_kind_of_owner_move_as_well() {
    let Some((connection, across)) = &mut arena().await else { return };
    let moved =
        move_rows(ledgers::table, &*across).from(OrgId(1)).to(OrgId(2)).find(1).execute(connection).await;
    assert_eq!(moved.unwrap(), 1);
    assert_eq!(ids!(ledgers::table.scoped(&testing::scope(OrgId(2))), ledgers::id, connection), [1, 2]);
}
