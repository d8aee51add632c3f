//! PostgreSQL through diesel-async.

use diesel::QueryResult;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_tests::{fixture, server};

pub(crate) use diesel_async::RunQueryDsl;

pub(crate) type Backend = diesel::pg::Pg;
pub(crate) type Connection = AsyncPgConnection;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<AsyncPgConnection> {
    let [connection, _] = connect_twice().await?;
    Some(connection)
}

/// Two connections to one such database.
pub(crate) async fn connect_twice() -> Option<[AsyncPgConnection; 2]> {
    let url = server::fresh_postgres_database("databases");
    let mut connection = AsyncPgConnection::establish(&url).await.expect("PostgreSQL answers");
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some([connection, AsyncPgConnection::establish(&url).await.expect("PostgreSQL answers")])
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut AsyncPgConnection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

#[path = "asynchronous/mod.rs"]
mod asynchronous;
#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
#[path = "on_postgres/mod.rs"]
mod on_postgres;
#[path = "on_postgres_and_mariadb/mod.rs"]
mod on_postgres_and_mariadb;
#[path = "on_sqlite_and_postgres/mod.rs"]
mod on_sqlite_and_postgres;

crate::second_names::no_case!(oid, "oid", "\"");
crate::second_names::no_case!(rowid, "_rowid", "\"");
