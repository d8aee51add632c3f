//! SQLite through diesel-async's wrapper.

use diesel::{QueryResult, SqliteConnection};
use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
use diesel_async::{AsyncConnection as _, SimpleAsyncConnection as _};
use tenancy_tests::fixture;

pub(crate) use diesel_async::RunQueryDsl;

pub(crate) type Backend = diesel::sqlite::Sqlite;
pub(crate) type Connection = SyncConnectionWrapper<SqliteConnection>;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<Connection> {
    let mut connection = Connection::establish(":memory:").await.expect("SQLite opens");
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some(connection)
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

#[path = "asynchronous/mod.rs"]
mod asynchronous;
#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
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
