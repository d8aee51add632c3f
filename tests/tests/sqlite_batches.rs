//! Batches on SQLite, whose rows may leave different columns to their defaults.
#![allow(clippy::unwrap_used)] // a failed set-up is a failed test

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use tenancy_diesel::{insert_into, testing};
use tenancy_tests::schema::canvases;

const TABLE: &str = "CREATE TABLE canvases (
    id INTEGER NOT NULL, tenant_id INTEGER NOT NULL, agent_id INTEGER NOT NULL DEFAULT 5,
    title TEXT NOT NULL DEFAULT 'untitled', score INTEGER NOT NULL DEFAULT 9, PRIMARY KEY (tenant_id, id));";

#[derive(Insertable, Clone, Copy)]
#[diesel(table_name = canvases)]
struct Form<'a> {
    id: i32,
    title: Option<&'a str>,
    score: Option<i32>,
}

/// The same number of columns, but not the same columns: one statement would mix them up.
const FORMS: [Form<'static>; 4] = [
    Form { id: 1, title: Some("first"), score: None },
    Form { id: 2, title: None, score: Some(2) },
    Form { id: 3, title: None, score: Some(3) },
    Form { id: 4, title: Some("fourth"), score: Some(4) },
];

type Row = (i32, i32, i32, String, i32);

fn expected() -> Vec<Row> {
    let row = |id, title: &str, score| (id, 7, 5, title.to_owned(), score);
    vec![row(1, "first", 9), row(2, "untitled", 2), row(3, "untitled", 3), row(4, "fourth", 4)]
}

#[test]
fn each_row_keeps_its_own_defaults() {
    let connection = &mut SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLE).unwrap();
    let scope = &testing::scope(7);
    let count =
        insert_into(canvases::table.scoped(scope)).values(FORMS.to_vec()).execute(connection).unwrap();
    assert_eq!(count, 4);
    assert_eq!(
        canvases::table.scoped(scope).order(canvases::id).load::<Row>(connection).unwrap(),
        expected()
    );
}

#[test]
fn a_failing_row_takes_the_whole_batch_back() {
    let connection = &mut SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLE).unwrap();
    let scope = &testing::scope(7);
    let twice = [FORMS[0], FORMS[1], FORMS[1]];
    assert!(insert_into(canvases::table.scoped(scope)).values(&twice[..]).execute(connection).is_err());
    assert_eq!(canvases::table.scoped(scope).count().get_result::<i64>(connection).unwrap(), 0);
    assert_eq!(
        insert_into(canvases::table.scoped(scope))
            .values(&twice[..])
            .on_conflict(canvases::id)
            .do_nothing()
            .execute(connection)
            .unwrap(),
        2
    );
}

#[test]
fn returning_wants_rows_that_fit_one_statement() {
    let connection = &mut SqliteConnection::establish(":memory:").unwrap();
    connection.batch_execute(TABLE).unwrap();
    let scope = &testing::scope(7);
    let insert = |forms: &[Form<'_>], connection: &mut SqliteConnection| {
        insert_into(canvases::table.scoped(scope)).values(forms).get_results::<Row>(connection)
    };
    assert_eq!(insert(&FORMS[1..3], connection).unwrap(), expected()[1..3]);
    assert_eq!(insert(&[], connection).unwrap(), []);
    let error = insert(&FORMS, connection).unwrap_err().to_string();
    assert!(
        error.starts_with("row 1 of a batch for `canvases` leaves other columns to their defaults"),
        "{error}"
    );
}

/// In a module of its own, because Diesel's and diesel-async's `RunQueryDsl` do not go together.
mod through_diesel_async {
    use diesel::connection::SimpleConnection;
    use diesel::{QueryDsl, SqliteConnection};
    use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
    use diesel_async::{AsyncConnection, RunQueryDsl};
    use tenancy_diesel::{insert_into, testing};
    use tenancy_tests::schema::canvases;

    use super::{FORMS, Form, Row, TABLE, expected};

    #[tokio::test]
    async fn each_row_keeps_its_own_defaults() {
        let mut connection = SyncConnectionWrapper::<SqliteConnection>::establish(":memory:").await.unwrap();
        connection.spawn_blocking(|connection| connection.batch_execute(TABLE)).await.unwrap();
        let scope = &testing::scope(7);
        let statement = insert_into(canvases::table.scoped(scope)).values(&FORMS);
        assert_eq!(statement.execute(&mut connection).await.unwrap(), 4);
        let rows: Vec<Row> =
            canvases::table.scoped(scope).order(canvases::id).load(&mut connection).await.unwrap();
        assert_eq!(rows, expected());
        let none: Vec<Form<'_>> = Vec::new();
        let statement = insert_into(canvases::table.scoped(scope)).values(none);
        assert_eq!(statement.execute(&mut connection).await.unwrap(), 0);
    }
}
