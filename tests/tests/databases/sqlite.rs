//! SQLite through Diesel's own connection.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, QueryResult, SqliteConnection};
use tenancy_tests::fixture;

pub(crate) use tenancy_tests::blocking::RunQueryDsl;

pub(crate) type Backend = diesel::sqlite::Sqlite;
pub(crate) type Connection = SqliteConnection;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<SqliteConnection> {
    let mut connection = SqliteConnection::establish(":memory:").expect("SQLite opens");
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some(connection)
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut SqliteConnection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements)
}

#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
#[path = "generic.rs"]
mod generic;
#[path = "on_sqlite.rs"]
mod on_sqlite;
#[path = "on_sqlite_and_mariadb.rs"]
mod on_sqlite_and_mariadb;
#[path = "on_sqlite_and_postgres/mod.rs"]
mod on_sqlite_and_postgres;

crate::second_names::case!(rowid, "rowid");
crate::second_names::case!(oid, "oid");
crate::second_names::case!(underscored, "_rowid_");
crate::second_names::case!(in_capitals, "RowId");
crate::second_names::no_case!(of_mariadb, "_rowid", "`");
