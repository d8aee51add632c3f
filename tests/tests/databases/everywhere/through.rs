//! Tables that belong to their tenants through a parent, or through a link.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{CrossTenant, ParentError, delete, insert_into, update};
use tenancy_tests::fixture::{ACME, acme, globex};

use super::{Connection, RunQueryDsl, connect, run};

tenancy_diesel::table! {
    boards (tenant_id, id) { tenant_id -> Integer, id -> Integer, title -> VarChar, }
    #[tenant_scoped(through = boards(board_id = id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> VarChar, }
    #[tenant_scoped(through = notes(note_id))]
    marks (note_id, mark) { note_id -> Integer, mark -> VarChar, weight -> Nullable<Integer>, }
    #[tenant_scoped(through = boards(board_id = id))]
    covers (board_id) { board_id -> Integer, colour -> Nullable<VarChar>, }
    members (tenant_id, person_id) { tenant_id -> Integer, person_id -> Integer, role -> VarChar, }
    #[tenant_scoped(link = members(person_id))]
    people (id) { id -> Integer, name -> VarChar, }
}
tenancy_diesel::joinable!(notes -> boards (board_id));
tenancy_diesel::joinable!(marks -> notes (note_id));
tenancy_diesel::joinable!(members -> people (person_id));
diesel::allow_tables_to_appear_in_same_query!(boards, notes, marks, covers, members, people);

/// Acme's board 1 with notes 10 and 11; Globex' board 2 with note 20. Person 7 is of both, 8 of Globex, 9 of nobody.
const TABLES: &str = "
CREATE TABLE boards (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL UNIQUE, title VARCHAR(20) NOT NULL,
    PRIMARY KEY (tenant_id, id));
CREATE TABLE notes (id INTEGER NOT NULL PRIMARY KEY, board_id INTEGER NOT NULL REFERENCES boards (id), body VARCHAR(20) NOT NULL);
CREATE TABLE marks (note_id INTEGER NOT NULL REFERENCES notes (id), mark VARCHAR(20) NOT NULL, weight INTEGER DEFAULT 3,
    PRIMARY KEY (note_id, mark));
CREATE TABLE covers (board_id INTEGER NOT NULL PRIMARY KEY, colour VARCHAR(20) DEFAULT 'white');
CREATE TABLE people (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20) NOT NULL);
CREATE TABLE members (tenant_id INTEGER NOT NULL, person_id INTEGER NOT NULL REFERENCES people (id), role VARCHAR(20) NOT NULL,
    PRIMARY KEY (tenant_id, person_id));
INSERT INTO boards VALUES (1, 1, 'ours'), (2, 2, 'theirs');
INSERT INTO notes VALUES (10, 1, 'a'), (11, 1, 'b'), (20, 2, 'c');
INSERT INTO marks VALUES (10, 'x', 1), (20, 'y', 2);
INSERT INTO people VALUES (7, 'Ann'), (8, 'Bob'), (9, 'Eve');
INSERT INTO members VALUES (1, 7, 'admin'), (2, 7, 'guest'), (2, 8, 'admin');
";

async fn arena() -> Option<Connection> {
    let mut connection = connect().await?;
    run(&mut connection, TABLES).await.expect("the tables");
    Some(connection)
}

fn support() -> CrossTenant {
    tenancy_diesel::testing::cross_tenant("a test")
}

/// All notes, whoever's: id, board and text.
async fn all_notes(connection: &mut Connection) -> Vec<(i32, i32, String)> {
    let all = notes::table.across_tenants(&support()).order(notes::id);
    all.load(connection).await.expect("all notes")
}

#[tokio::test]
async fn a_child_is_read_within_its_parent_s_tenant() {
    let Some(connection) = &mut arena().await else { return };
    let found: Vec<i32> =
        notes::table.scoped(&acme()).select(notes::id).order(notes::id).load(connection).await.unwrap();
    assert_eq!(found, [10, 11]);
    let found: Vec<i32> = notes::table
        .scoped(&globex())
        .filter(notes::id.eq(10))
        .or_filter(notes::id.gt(0))
        .select(notes::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [20]);
    let found: Vec<String> = marks::table.scoped(&acme()).select(marks::mark).load(connection).await.unwrap();
    assert_eq!(found, ["x"], "two steps up");
}

#[tokio::test]
async fn a_child_joins_its_parent_its_own_children_and_what_is_beside() {
    let Some(connection) = &mut arena().await else { return };
    let scope = acme();
    let found: Vec<(i32, String)> = notes::table
        .scoped(&scope)
        .inner_join(boards::table.scoped(&scope))
        .select((notes::id, boards::title))
        .order(notes::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [(10, "ours".into()), (11, "ours".into())]);
    let found: Vec<(String, i32, Option<String>)> = boards::table
        .scoped(&scope)
        .inner_join(notes::table.scoped(&scope).left_join(marks::table.scoped(&scope)))
        .select((boards::title, notes::id, marks::mark.nullable()))
        .order(notes::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(found, [("ours".into(), 10, Some("x".into())), ("ours".into(), 11, None)]);
    // Two scopes mixed up: there are no pairs.
    let found: i64 = notes::table
        .scoped(&globex())
        .inner_join(boards::table.scoped(&scope))
        .count()
        .get_result(connection)
        .await
        .unwrap();
    assert_eq!(found, 0);
    let everybody = support();
    let found: i64 = notes::table
        .across_tenants(&everybody)
        .inner_join(boards::table.across_tenants(&everybody))
        .count()
        .get_result(connection)
        .await
        .unwrap();
    assert_eq!(found, 3);
}

#[tokio::test]
async fn a_new_row_needs_a_parent_of_the_same_tenant() {
    let Some(connection) = &mut arena().await else { return };
    let before = all_notes(connection).await;
    let row = |id: i32, board: i32| (notes::id.eq(id), notes::board_id.eq(board), notes::body.eq("new"));

    for parent in [2, 99] {
        let done =
            insert_into(notes::table.scoped(&acme())).values(row(30, parent)).execute(connection).await;
        assert!(done.is_err(), "under {parent}");
        let batch = vec![row(30, 1), row(31, parent)];
        let done = insert_into(notes::table.scoped(&acme())).values(batch).execute(connection).await;
        assert!(done.is_err(), "a batch under 1 and {parent}");
    }
    assert_eq!(all_notes(connection).await, before, "nothing of it is stored");

    let batch = vec![row(30, 1), row(31, 1)];
    let done = insert_into(notes::table.scoped(&acme())).values(batch).execute(connection).await.unwrap();
    assert_eq!(done, 2);
    let done = insert_into(notes::table.scoped(&globex())).values(row(40, 2)).execute(connection).await;
    assert_eq!(done.unwrap(), 1);
    // Two steps up.
    let mark = |note: i32| (marks::note_id.eq(note), marks::mark.eq("z"));
    let done = insert_into(marks::table.scoped(&acme())).values(mark(20)).execute(connection).await;
    assert!(done.is_err());
    let done = insert_into(marks::table.scoped(&acme())).values(mark(30)).execute(connection).await;
    assert_eq!(done.unwrap(), 1);
    let weight: Option<i32> =
        marks::table.scoped(&acme()).find((30, "z")).select(marks::weight).first(connection).await.unwrap();
    assert_eq!(weight, Some(3), "the default");
}

#[tokio::test]
async fn a_parent_that_is_the_key_is_never_made_up() {
    let Some(connection) = &mut arena().await else { return };
    let row = |board: i32| (covers::board_id.eq(board), covers::colour.eq("red"));
    for parent in [2, 99] {
        let done = insert_into(covers::table.scoped(&acme())).values(row(parent)).execute(connection).await;
        assert!(done.is_err(), "{parent}");
    }
    let everybody = support();
    let stored: i64 = covers::table.across_tenants(&everybody).count().get_result(connection).await.unwrap();
    assert_eq!(stored, 0);
    assert_eq!(
        insert_into(covers::table.scoped(&acme())).values(row(1)).execute(connection).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn a_row_without_a_parent_is_not_sent() {
    #[derive(Insertable)]
    #[diesel(table_name = notes)]
    struct NewNote {
        id: i32,
        board_id: Option<i32>,
        body: &'static str,
    }

    fn is_refused<Done>(done: QueryResult<Done>) -> bool {
        let Err(Error::QueryBuilderError(reason)) = done else { return false };
        let missing = ParentError::Missing { table: "notes", column: "board_id", parent: "boards" };
        reason.downcast_ref::<ParentError>() == Some(&missing)
    }

    let Some(connection) = &mut arena().await else { return };
    let target = notes::table.scoped(&acme());
    let left_out = (notes::id.eq(30), notes::body.eq("new"));
    assert!(is_refused(insert_into(target).values(left_out).execute(connection).await));
    let orphan = NewNote { id: 30, board_id: None, body: "new" };
    assert!(is_refused(insert_into(target).values(orphan).execute(connection).await));
    let child = NewNote { id: 30, board_id: Some(1), body: "new" };
    assert_eq!(insert_into(target).values(child).execute(connection).await.unwrap(), 1);
}

#[tokio::test]
async fn rows_that_a_query_selects_need_parents_of_the_same_tenant() {
    let Some(connection) = &mut arena().await else { return };
    let before = all_notes(connection).await;
    let columns = (notes::id, notes::board_id, notes::body);
    let scope = acme();
    let copy = |onto: i32| {
        notes::table.scoped(&scope).select((notes::id + 100, notes::board_id * 0 + onto, notes::body))
    };
    for parent in [2, 99] {
        let done = insert_into(notes::table.scoped(&scope))
            .from_select(copy(parent), columns)
            .execute(connection)
            .await;
        assert!(done.is_err(), "under {parent}");
    }
    // One good row among the selected does not help the others.
    let mixed = boards::table
        .across_tenants(&support())
        .select((boards::id + 100, boards::id, boards::title))
        .order(boards::id)
        .limit(5);
    let done = insert_into(notes::table.scoped(&scope)).from_select(mixed, columns).execute(connection).await;
    assert!(done.is_err());
    assert_eq!(all_notes(connection).await, before, "nothing of it is stored");

    let done =
        insert_into(notes::table.scoped(&scope)).from_select(copy(1), columns).execute(connection).await;
    assert_eq!(done.unwrap(), 2);
    let copies: Vec<i32> =
        notes::table.scoped(&scope).select(notes::id).order(notes::id).load(connection).await.unwrap();
    assert_eq!(copies, [10, 11, 110, 111]);
    // Two steps up, and a default.
    let marked = notes::table.scoped(&scope).select((notes::id, notes::body));
    let done = insert_into(marks::table.scoped(&scope)).from_select(marked, (marks::note_id, marks::mark));
    assert_eq!(done.execute(connection).await.unwrap(), 4);
    let stolen = notes::table.scoped(&globex()).select((notes::id, notes::body));
    let done = insert_into(marks::table.scoped(&scope)).from_select(stolen, (marks::note_id, marks::mark));
    assert!(done.execute(connection).await.is_err());
    // Without its parent it is not sent.
    let orphans = notes::table.scoped(&scope).select((notes::id + 200, notes::body));
    let done = insert_into(notes::table.scoped(&scope)).from_select(orphans, (notes::id, notes::body));
    let Err(Error::QueryBuilderError(reason)) = done.execute(connection).await else { panic!("sent") };
    let missing = ParentError::Missing { table: "notes", column: "board_id", parent: "boards" };
    assert_eq!(reason.downcast_ref::<ParentError>(), Some(&missing));
    // Rows of a link are whoever's, and a query of theirs is written across tenants.
    let everybody = support();
    let people_of = boards::table.across_tenants(&everybody).select((boards::id + 20, boards::title));
    let done = insert_into(people::table.write_across_tenants(&everybody))
        .from_select(people_of, (people::id, people::name));
    assert_eq!(done.execute(connection).await.unwrap(), 2);
}

#[tokio::test]
async fn changes_stay_within_the_tenant_and_the_parent_is_changed_by_name() {
    let Some(connection) = &mut arena().await else { return };
    let mine = notes::table.scoped(&acme());
    let changed = update(mine).set(notes::body.eq("new")).execute(connection).await.unwrap();
    assert_eq!(changed, 2);
    let changed = update(mine).find(20).set(notes::body.eq("new")).execute(connection).await.unwrap();
    assert_eq!(changed, 0, "another tenant's");

    let moved =
        update(mine).find(10).set((notes::body.eq("x"), notes::board_id.eq(2))).execute(connection).await;
    let Err(Error::QueryBuilderError(reason)) = moved else { panic!("{moved:?}") };
    let assigned = ParentError::Assigned { table: "notes", column: "board_id", parent: "boards" };
    assert_eq!(reason.downcast_ref::<ParentError>(), Some(&assigned));
    for parent in [2, 99] {
        assert!(update(mine).find(10).under(parent).execute(connection).await.is_err(), "{parent}");
    }
    run(connection, "INSERT INTO boards VALUES (1, 3, 'more')").await.unwrap();
    assert_eq!(update(mine).find(20).under(3).execute(connection).await.unwrap(), 0, "another tenant's row");
    let moved = update(mine).find(10).set(notes::body.eq("moved")).under(3).execute(connection).await;
    assert_eq!(moved.unwrap(), 1);
    let deleted = delete(notes::table.scoped(&globex())).filter(notes::id.gt(0)).execute(connection).await;
    assert!(deleted.is_err(), "a mark refers to it");
    let deleted = delete(marks::table.scoped(&globex())).execute(connection).await.unwrap();
    assert_eq!(deleted, 1);
    let deleted = delete(notes::table.scoped(&globex())).execute(connection).await.unwrap();
    assert_eq!(deleted, 1);
    let left = all_notes(connection).await;
    assert_eq!(left, [(10, 3, "moved".into()), (11, 1, "new".into())]);
}

#[tokio::test]
async fn a_linked_row_is_seen_by_the_tenants_that_link_it() {
    let Some(connection) = &mut arena().await else { return };
    for (scope, expected) in [(acme(), vec!["Ann"]), (globex(), vec!["Ann", "Bob"])] {
        let found: Vec<String> = people::table
            .scoped(&scope)
            .select(people::name)
            .order(people::name)
            .load(connection)
            .await
            .unwrap();
        assert_eq!(found, expected);
        let found: Vec<(String, String)> = members::table
            .scoped(&scope)
            .inner_join(people::table.scoped(&scope))
            .select((people::name, members::role))
            .order(people::name)
            .load(connection)
            .await
            .unwrap();
        let role = if expected.len() == 1 { "admin" } else { "guest" };
        assert_eq!(found[0], ("Ann".into(), role.into()));
        assert_eq!(found.len(), expected.len());
    }
}

#[tokio::test]
async fn linked_rows_are_written_across_tenants() {
    let Some(connection) = &mut arena().await else { return };
    let everybody = support();
    let row = (people::id.eq(10), people::name.eq("Joe"));
    let done =
        insert_into(people::table.write_across_tenants(&everybody)).values(row).execute(connection).await;
    assert_eq!(done.unwrap(), 1);
    let scope = acme();
    let seen = |id: i32| people::table.scoped(&scope).find(id).select(people::name);
    assert!(seen(10).first::<String>(connection).await.optional().unwrap().is_none(), "nobody's yet");
    let joined = (members::person_id.eq(10), members::role.eq("new"));
    insert_into(members::table.scoped(&scope)).values(joined).execute(connection).await.unwrap();
    assert_eq!(seen(10).first::<String>(connection).await.unwrap(), "Joe");
    let renamed = update(people::table.write_across_tenants(&everybody))
        .find(10)
        .set(people::name.eq("Jo"))
        .execute(connection)
        .await;
    assert_eq!(renamed.unwrap(), 1);
    let of_acme: Vec<i32> = members::table
        .across_tenants(&everybody)
        .inner_join(people::table.across_tenants(&everybody))
        .filter(members::tenant_id.eq(ACME))
        .select(people::id)
        .order(people::id)
        .load(connection)
        .await
        .unwrap();
    assert_eq!(of_acme, [7, 10]);
}
