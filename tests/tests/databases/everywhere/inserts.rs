//! Inserts: the tenant is stamped into every row, in whatever form the rows come.

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use tenancy_diesel::insert_into;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect, run};

#[derive(Insertable)]
#[diesel(table_name = agents)]
struct NewAgent<'a> {
    id: i32,
    name: &'a str,
}

#[derive(Insertable)]
#[diesel(table_name = canvases)]
struct NewCanvas {
    id: i32,
    agent_id: i32,
    title: String,
    /// The column is not null: `None` leaves it to its default.
    score: Option<i32>,
}

fn canvas(id: i32, score: Option<i32>) -> NewCanvas {
    NewCanvas { id, agent_id: 1, title: "new".into(), score }
}

#[tokio::test]
async fn one_row_is_stamped() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, id) in [(acme(), 4), (globex(), 3)] {
        let agent = NewAgent { id, name: "new" };
        let statement = insert_into(agents::table.scoped(&scope)).values(&agent);
        assert_eq!(statement.execute(connection).await.unwrap(), 1);
    }
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:4:new:-:-", "2:3:new:-:-"]));
}

#[tokio::test]
async fn an_assignment_and_a_tuple_are_stamped() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let tuple = (agents::id.eq(7), agents::name.eq("new"), agents::plan_id.eq(Some(2)));
    assert_eq!(insert_into(agents::table.scoped(scope)).values(tuple).execute(connection).await.unwrap(), 1);
    // One column cannot do here: it leaves the key out, which the database says.
    let statement = insert_into(agents::table.scoped(scope)).values(agents::name.eq("short"));
    statement.execute(connection).await.unwrap_err();
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:7:new:-:2"]));
}

/// A table whose columns all have defaults.
mod of_defaults {
    tenancy_diesel::table! {
        visits (tenant_id) {
            tenant_id -> Integer,
            count -> Integer,
        }
    }
}

#[tokio::test]
async fn a_row_of_defaults_is_stamped() {
    use self::of_defaults::visits;

    let Some(connection) = &mut connect().await else { return };
    let table =
        "CREATE TABLE visits (tenant_id INTEGER NOT NULL DEFAULT 99, count INTEGER NOT NULL DEFAULT 7)";
    run(connection, table).await.unwrap();
    let (mine, theirs) = (visits::table.scoped(&acme()), visits::table.scoped(&globex()));
    assert_eq!(insert_into(mine).default_values().execute(connection).await.unwrap(), 1);
    // Diesel's own function takes a scoped table, which is no SQL there.
    diesel::insert_into(theirs).default_values().execute(connection).await.unwrap_err();
    let nobodys = visits::table.scoped(&tenancy_diesel::testing::scope(99));
    for (source, expected) in [(mine, vec![7]), (theirs, vec![]), (nobodys, vec![])] {
        let counts: Vec<i32> = source.select(visits::count).load(connection).await.unwrap();
        assert_eq!(counts, expected);
    }
}

#[tokio::test]
async fn arrays_slices_and_vecs_are_stamped() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let new = |id, name| NewAgent { id, name };
    let table = agents::table.scoped(scope);
    let array = [new(11, "a"), new(12, "b")];
    assert_eq!(insert_into(table).values(&array).execute(connection).await.unwrap(), 2);
    let slice: &[NewAgent<'_>] = &[new(13, "c")];
    assert_eq!(insert_into(table).values(slice).execute(connection).await.unwrap(), 1);
    let vec = vec![new(14, "d"), new(15, "e"), new(16, "f")];
    assert_eq!(insert_into(table).values(&vec).execute(connection).await.unwrap(), 3);
    let tuples = vec![(agents::id.eq(17), agents::name.eq("g")), (agents::id.eq(18), agents::name.eq("h"))];
    assert_eq!(insert_into(table).values(tuples).execute(connection).await.unwrap(), 2);
    let rows = [
        "1:11:a:-:-",
        "1:12:b:-:-",
        "1:13:c:-:-",
        "1:14:d:-:-",
        "1:15:e:-:-",
        "1:16:f:-:-",
        "1:17:g:-:-",
        "1:18:h:-:-",
    ];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn no_rows_insert_none() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    let none: Vec<NewAgent<'_>> = Vec::new();
    assert_eq!(insert_into(table).values(&none).execute(connection).await.unwrap(), 0);
    // Also after a statement that changed some: the count is not that one's.
    let two = [NewAgent { id: 7, name: "a" }, NewAgent { id: 8, name: "b" }];
    assert_eq!(insert_into(table).values(&two).execute(connection).await.unwrap(), 2);
    assert_eq!(insert_into(table).values(&none).execute(connection).await.unwrap(), 0);
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:7:a:-:-", "1:8:b:-:-"]));
}

#[tokio::test]
async fn none_leaves_a_column_to_its_default() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&globex());
    // The same statement with and without the column, in turn: none is taken for the other.
    for (id, score) in [(6, None), (7, Some(70)), (8, None), (9, Some(90))] {
        let row = canvas(id, score);
        assert_eq!(insert_into(table).values(&row).execute(connection).await.unwrap(), 1);
    }
    let rows = ["2:6:1:new:7", "2:7:1:new:70", "2:8:1:new:7", "2:9:1:new:90"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}

#[tokio::test]
async fn a_batch_leaves_a_column_to_its_default() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&globex());
    let batch = vec![canvas(6, None), canvas(7, None)];
    assert_eq!(insert_into(table).values(&batch).execute(connection).await.unwrap(), 2);
    let batch = vec![canvas(8, Some(80)), canvas(9, Some(90))];
    assert_eq!(insert_into(table).values(&batch).execute(connection).await.unwrap(), 2);
    let rows = ["2:6:1:new:7", "2:7:1:new:7", "2:8:1:new:80", "2:9:1:new:90"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}

#[tokio::test]
async fn rows_that_a_query_selects_are_stamped() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let selected = agents::table
        .scoped(scope)
        .filter(agents::id.ne(2))
        .or_filter(agents::name.eq("zoe"))
        .select((agents::id + 10, agents::name, agents::id));
    let columns = (canvases::id, canvases::title, canvases::agent_id);
    let statement = insert_into(canvases::table.scoped(scope)).from_select(selected, columns);
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:11:1:ada:7", "1:13:3:cyd:7"]));
}

#[tokio::test]
async fn rows_of_a_global_table_and_of_a_group_are_stamped() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let selected = plans::table.select((plans::id + 5, plans::name));
    let statement =
        insert_into(agents::table.scoped(scope)).from_select(selected, (agents::id, agents::name));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let selected = canvases::table
        .scoped(scope)
        .group_by(canvases::title)
        .select((max(canvases::id).assume_not_null() + 100, canvases::title))
        .filter(canvases::title.eq("sun"));
    let statement =
        insert_into(agents::table.scoped(scope)).from_select(selected, (agents::id, agents::name));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let rows = ["2:6:free:-:-", "2:7:paid:-:-", "2:101:sun:-:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn a_key_that_another_tenant_has_is_free_and_ones_own_is_not() {
    let Some(connection) = &mut connect().await else { return };
    let insert =
        |id| insert_into(agents::table.scoped(&acme())).values((agents::id.eq(id), agents::name.eq("dan")));
    assert_eq!(insert(4).execute(connection).await.unwrap(), 1);
    let again = insert(4).execute(connection).await;
    assert!(matches!(again, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))), "{again:?}");
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:4:dan:-:-"]));
}
