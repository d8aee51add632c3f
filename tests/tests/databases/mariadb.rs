//! MariaDB through diesel-async. `connect` is `None`, and the case over, where none is installed.

use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, SimpleAsyncConnection as _};
use tenancy_tests::{fixture, server};

pub(crate) use diesel_async::RunQueryDsl;

pub(crate) type Backend = diesel::mysql::Mysql;
pub(crate) type Connection = AsyncMysqlConnection;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<AsyncMysqlConnection> {
    let [connection, _] = connect_twice().await?;
    Some(connection)
}

/// Two connections to one such database.
pub(crate) async fn connect_twice() -> Option<[AsyncMysqlConnection; 2]> {
    let url = server::fresh_mariadb_database("databases")?;
    let mut connection = AsyncMysqlConnection::establish(&url).await.expect("MariaDB answers");
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some([connection, AsyncMysqlConnection::establish(&url).await.expect("MariaDB answers")])
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut AsyncMysqlConnection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

#[path = "asynchronous/mod.rs"]
mod asynchronous;
#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
#[path = "on_mariadb.rs"]
mod on_mariadb;
#[path = "on_postgres_and_mariadb/mod.rs"]
mod on_postgres_and_mariadb;
#[path = "on_sqlite_and_mariadb.rs"]
mod on_sqlite_and_mariadb;

crate::second_names::case!(rowid, "_rowid");
crate::second_names::case!(in_capitals, "_ROWID");
crate::second_names::no_case!(of_sqlite, "rowid", "`");
crate::second_names::no_case!(oid, "oid", "`");
