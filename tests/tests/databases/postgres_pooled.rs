//! PostgreSQL through a pooled connection of diesel-async: nothing depends on the connection's own type.

use diesel::QueryResult;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, bb8::Pool};
use diesel_async::{AsyncPgConnection, SimpleAsyncConnection as _};
use tenancy_tests::{fixture, server};

pub(crate) use diesel_async::RunQueryDsl;

pub(crate) type Backend = diesel::pg::Pg;
pub(crate) type Connection = bb8::PooledConnection<'static, AsyncDieselConnectionManager<AsyncPgConnection>>;

/// A pool's connection to a database of its own with the fixture's tables and rows.
pub(crate) async fn connect() -> Option<Connection> {
    let manager = AsyncDieselConnectionManager::new(server::fresh_postgres_database("databases"));
    let pool: Pool<AsyncPgConnection> = Pool::builder().max_size(1).build(manager).await.expect("a pool");
    let mut connection = pool.get_owned().await.expect("PostgreSQL answers");
    run(&mut connection, fixture::TABLES).await.expect("the tables");
    run(&mut connection, fixture::ROWS).await.expect("the rows");
    Some(connection)
}

/// Runs statements that the library has no part in.
pub(crate) async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

#[path = "contents.rs"]
mod contents;
#[path = "everywhere/mod.rs"]
mod everywhere;
