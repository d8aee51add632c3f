//! PostgreSQL through Diesel's own connection.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, PgConnection, QueryResult};
use tenancy_tests::{fixture, server};

pub(crate) use tenancy_tests::blocking::RunQueryDsl;

pub(crate) type Backend = diesel::pg::Pg;
pub(crate) type Connection = PgConnection;

/// A connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<PgConnection> {
    let [connection, _] = connect_twice().await?;
    Some(connection)
}

/// Two connections to one such database.
pub(crate) async fn connect_twice() -> Option<[PgConnection; 2]> {
    let url = server::fresh_postgres_database("databases");
    let mut connections = [(), ()].map(|()| PgConnection::establish(&url).expect("PostgreSQL answers"));
    run(&mut connections[0], fixture::TABLES).await.expect("the tables");
    run(&mut connections[0], fixture::ROWS).await.expect("the rows");
    Some(connections)
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut PgConnection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements)
}

#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
#[path = "generic.rs"]
mod generic;
#[path = "on_postgres/mod.rs"]
mod on_postgres;
#[path = "on_postgres_and_mariadb/mod.rs"]
mod on_postgres_and_mariadb;
#[path = "on_sqlite_and_postgres/mod.rs"]
mod on_sqlite_and_postgres;

crate::second_names::no_case!(oid, "oid", "\"");
crate::second_names::no_case!(rowid, "_rowid", "\"");
