//! Code that is written once for all tables, in a transaction of a pool.
//!
//! The models' traits are those of [`tenancy_diesel::generic`], and so are the statements. Here they are run: what a model's statement
//! is to a transaction is a bound on the type of the statement, [`ReturnsIn`] or [`ChangesIn`].
//!
//! ```
//! # #[cfg(feature = "postgres")]
//! # mod example {
//! use diesel_async::AsyncPgConnection;
//! use tenancy_diesel::generic::{Find, Insert, Page, Read};
//! use tenancy_pool::generic::{ChangesIn, ReturnsIn};
//! use tenancy_pool::prelude::*;
//! use tenancy_pool::{Executor, PoolError};
//!
//! /// One row of any table.
//! pub async fn find_one<M, Key, Tx>(scope: &Scoped<M::TenantId>, key: Key, tx: &mut Tx) -> QueryResult<M>
//! where
//!     Tx: Executor,
//!     M: Find<Key, Tx::Backend, Found: ReturnsIn<Tx, M>>,
//! {
//!     M::by_key(scope, key).row_in(tx).await
//! }
//!
//! /// A page of any table, and how many rows there are.
//! pub async fn list<M, Tx>(scope: &Scoped<M::TenantId>, page: Page, tx: &mut Tx) -> QueryResult<(Vec<M>, i64)>
//! where
//!     Tx: Executor,
//!     M: Read<Tx::Backend, Page: ReturnsIn<Tx, M>, Count: ReturnsIn<Tx, i64>>,
//! {
//!     let total = M::count(scope).row_in(tx).await?;
//!     Ok((M::page(scope, page).rows_in(tx).await?, total))
//! }
//!
//! pub async fn insert<M, V, Tx>(scope: &Scoped<M::TenantId>, row: V, tx: &mut Tx) -> QueryResult<usize>
//! where
//!     Tx: Executor,
//!     M: Insert<V, Tx::Backend, Insertion: ChangesIn<Tx>>,
//! {
//!     M::insertion(scope, row).run_in(tx).await
//! }
//!
//! tenancy_diesel::table! {
//!     agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
//! }
//!
//! #[derive(Queryable, Selectable, TenantScoped)]
//! #[diesel(table_name = agents)]
//! pub struct Agent { id: i32, tenant_id: i32, name: String }
//!
//! pub async fn hire(pool: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<Agent, PoolError> {
//!     pool.transaction(scope, async |tx| {
//!         insert::<Agent, _, _>(scope, (agents::id.eq(4), agents::name.eq("Grace")), tx).await?;
//!         Ok(find_one(scope, 4, tx).await?)
//!     })
//!     .await
//! }
//! # }
//! ```
//!
//! `Tx` is a transaction, or a handle such as [`TenantPool::within`](crate::TenantPool::within) returns. The bounds ask whether the
//! statement may run there, as the verbs of [`RunQueryDsl`](crate::RunQueryDsl) do: two brands do not compile, and where only the ids
//! differ nothing is sent.
//!
//! # One of two databases
//!
//! An application that runs on SQLite on a desk and on PostgreSQL elsewhere knows at its start which pool it has, and an enum of its own keeps it. Queries are written
//! once: a macro of five lines has each compiled for both. The enum is the application's because it has the names, and whatever else comes with each database.
//!
//! ```
//! # #[cfg(all(feature = "postgres", feature = "sqlite"))]
//! # mod example {
//! # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
//! use diesel::SqliteConnection;
//! use diesel_async::AsyncPgConnection;
//! use diesel_async::sync_connection_wrapper::SyncConnectionWrapper;
//! use tenancy_pool::PoolError;
//! use tenancy_pool::prelude::*;
//!
//! pub enum Database {
//!     Sqlite(TenantPool<SyncConnectionWrapper<SqliteConnection>>),
//!     Postgres(TenantPool<AsyncPgConnection>),
//! }
//!
//! macro_rules! on {
//!     ($database:expr, $pool:ident => $work:expr) => {
//!         match $database {
//!             Database::Sqlite($pool) => $work,
//!             Database::Postgres($pool) => $work,
//!         }
//!     };
//! }
//!
//! pub async fn names(database: &Database, scope: &Scoped<i32>) -> Result<Vec<String>, PoolError> {
//!     let names = agents::table.scoped(scope).order(agents::id).select(agents::name);
//!     on!(database, pool => pool.load(scope, names).await)
//! }
//! # }
//! ```
//!
//! What one of them has not, an upsert on a constraint for example, is an error where the query is written, and names the backend. On axum a request's transaction is
//! either's by `EitherTransaction` of `tenancy-axum`.

use diesel::deserialize::FromSqlRow;
use diesel::expression::QueryMetadata;
use diesel::query_builder::{Query, QueryFragment, QueryId};
use diesel::query_dsl::CompatibleType;
use diesel::result::QueryResult;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::statement::{Executor, OurOwn, Runner as _, RunsIn, Shape, Wanted, first};

/// A statement that transaction `Tx` runs and that returns rows of type `Row`: [`RunsIn`], and what `load` asks of a query, under one
/// name that a bound can have.
///
/// # Errors
///
/// As the verbs of [`RunQueryDsl`](crate::RunQueryDsl).
///
/// # Cancellation
///
/// A future that is dropped before it is done leaves a transaction that runs nothing more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` returns no rows of type `{Row}` in `{Tx}`",
    label = "not a query for these rows, or not one that runs there",
    note = "scope it with the scope that opens the transaction; the rows are of the model's or the column's type"
)]
pub trait ReturnsIn<Tx, Row>: Sized {
    /// All rows.
    fn rows_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<Row>>>
    where
        Self: 'tx;

    /// The first row, or [`NotFound`](diesel::NotFound).
    fn row_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Row>>
    where
        Self: 'tx;
}

impl<Q, Tx, Row, ST> ReturnsIn<Tx, Row> for Q
where
    Tx: Executor<Backend: QueryMetadata<Q::SqlType> + 'static>,
    Q: Query<SqlType: CompatibleType<Row, Tx::Backend, SqlType = ST>>,
    Q: QueryFragment<Tx::Backend> + QueryId + RunsIn<Tx::Reach> + Send,
    Row: FromSqlRow<ST, Tx::Backend> + Send + 'static,
    ST: 'static,
{
    fn rows_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<Row>>>
    where
        Self: 'tx,
    {
        tx.runner(OurOwn).load(self, Wanted::All, Shape::of::<Q, Tx::Reach, _>()).boxed()
    }

    fn row_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Row>>
    where
        Self: 'tx,
    {
        let shape = Shape::of::<Q, Tx::Reach, _>();
        async move { first(tx.runner(OurOwn).load(self, Wanted::First, shape).await?) }.boxed()
    }
}

/// A statement that transaction `Tx` runs and that changes rows: [`RunsIn`], and what `execute` asks of a statement.
///
/// # Errors
///
/// As the verbs of [`RunQueryDsl`](crate::RunQueryDsl).
///
/// # Cancellation
///
/// A future that is dropped before it is done leaves a transaction that runs nothing more.
#[diagnostic::on_unimplemented(
    message = "`{Self}` changes nothing in `{Tx}`",
    label = "not a statement, or not one that runs there",
    note = "scope it with the scope that opens the transaction"
)]
pub trait ChangesIn<Tx>: Sized {
    /// Runs the statement; how many rows it changed.
    fn run_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<usize>>
    where
        Self: 'tx;
}

impl<Q, Tx> ChangesIn<Tx> for Q
where
    Tx: Executor,
    Q: QueryFragment<Tx::Backend> + QueryId + RunsIn<Tx::Reach> + Send,
{
    fn run_in<'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<usize>>
    where
        Self: 'tx,
    {
        tx.runner(OurOwn).execute(self, Shape::of::<Q, Tx::Reach, _>()).boxed()
    }
}
