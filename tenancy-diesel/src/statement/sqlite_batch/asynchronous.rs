//! The same batches through diesel-async's wrapper of a SQLite connection.

use diesel::insertable::InsertValues;
use diesel::query_builder::QueryFragment;
use diesel::result::QueryResult;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_async::AsyncConnectionCore;
use diesel_async::methods::ExecuteDsl;
use diesel_async::sync_connection_wrapper::{SpawnBlocking, SyncConnectionWrapper};
use futures_util::future::BoxFuture;

use super::execute_all;
use crate::bound_tenant::ComparedTenant;
use crate::statement::insert::ScopedInsert;
use crate::statement::returning::NoReturning;
use crate::statement::rows::{Batch, StampedRows};
use crate::statement::stamp::Stamp;
use crate::table::TenantTable;

type Wrapper<S> = SyncConnectionWrapper<SqliteConnection, S>;

impl<T, R, E, V, Conflict, Id, S, const STATIC: bool> ExecuteDsl<Wrapper<S>, Sqlite>
    for ScopedInsert<T, R, StampedRows<T, E, Batch<T, V, Id, STATIC>>, Conflict, NoReturning>
where
    Wrapper<S>: for<'c, 'q> AsyncConnectionCore<
            Backend = Sqlite,
            ExecuteFuture<'c, 'q> = BoxFuture<'q, QueryResult<usize>>,
        >,
    S: SpawnBlocking,
    T: TenantTable<Belonging: Stamp<T, V, Sqlite>>,
    E: ComparedTenant<Sqlite>,
    V: InsertValues<Sqlite, T>,
    Conflict: QueryFragment<Sqlite>,
{
    fn execute<'conn, 'query>(
        query: Self,
        connection: &'conn mut Wrapper<S>,
    ) -> <Wrapper<S> as AsyncConnectionCore>::ExecuteFuture<'conn, 'query>
    where
        Self: 'query,
    {
        // Collected here, so that what runs elsewhere borrows nothing.
        match query.sqlite_statements() {
            Ok(statements) => {
                connection.spawn_blocking(move |connection| execute_all(&statements, connection))
            }
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }
}
