//! SQLite through an enum of connections.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, QueryResult, SqliteConnection};
use tenancy_tests::fixture;

pub(crate) use tenancy_tests::blocking::RunQueryDsl;

pub(crate) use crate::any_connection::AnyConnection as Connection;
pub(crate) use crate::any_connection::MultiBackend as Backend;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<Connection> {
    let mut connection = Connection::Sqlite(SqliteConnection::establish(":memory:").expect("SQLite opens"));
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some(connection)
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements)
}

#[path = "contents.rs"]
mod contents;
#[path = "generic.rs"]
mod generic;
#[path = "on_any/mod.rs"]
mod on_any;

crate::second_names::case!(rowid, "rowid");
crate::second_names::case!(underscored, "_rowid_");
crate::second_names::no_case!(of_mariadb, "_rowid", "`");
