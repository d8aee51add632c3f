//! `existing_application.md`: a function over any table.

use diesel::dsl::Select;
use diesel::query_dsl::methods::{LoadQuery, SelectDsl};
use diesel::{Expression, QueryResult, RunQueryDsl, SqliteConnection};
use tenancy_diesel::testing;

use crate::app::connection;
use crate::app::schema::{agents, canvases, plans};

/// Any table, by a column of text that it is given.
fn texts<'query, T, C>(table: T, column: C, connection: &mut SqliteConnection) -> QueryResult<Vec<String>>
where
    C: Expression,
    T: SelectDsl<C>,
    Select<T, C>: RunQueryDsl<SqliteConnection> + LoadQuery<'query, SqliteConnection, String>,
{
    SelectDsl::select(table, column).load(connection)
}

#[test]
fn a_generic_function_takes_a_scoped_table() {
    let (globex, connection) = (&testing::scope(2), &mut connection());
    assert_eq!(texts(agents::table.scoped(globex), agents::name, connection).unwrap(), ["Zoe"]);
    assert_eq!(texts(canvases::table.scoped(globex), canvases::title, connection).unwrap(), ["Secret"]);
    assert_eq!(texts(plans::table, plans::name, connection).unwrap(), ["free"]);
}
