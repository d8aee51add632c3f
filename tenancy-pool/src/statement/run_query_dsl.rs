//! Diesel's verbs, for transactions.

use diesel::dsl::Limit;
use diesel::query_builder::{AsQuery, QueryId};
use diesel::query_dsl::methods::LimitDsl;
use diesel::result::{Error, QueryResult};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Execute, Executor, Load, OurOwn, Runner as _, RunsIn, Shape, Wanted};

/// The verbs that run a statement on a transaction: import it in the place of `diesel_async::RunQueryDsl`.
///
/// It has that trait's name so that importing it also hides the synchronous one of `diesel::prelude::*`. A statement that
/// the transaction must not run does not compile: see [`RunsIn`](crate::RunsIn).
///
/// # Errors
///
/// Every verb returns Diesel's error. A `QueryBuilderError` that holds a [`WrongTenant`](tenancy_diesel::WrongTenant), a
/// [`RawSqlRefused`](crate::RawSqlRefused) or a [`PoolError`](crate::PoolError) says that nothing was sent.
///
/// # Cancellation
///
/// A future that is dropped before it is done leaves a transaction that runs nothing more.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel_async::AsyncPgConnection;
/// use tenancy_diesel::insert_into;
/// use tenancy_pool::PoolError;
/// use tenancy_pool::prelude::*;
///
/// async fn hire(pool: &TenantPool<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<i64, PoolError> {
///     pool
///         .transaction(scope, async |tx| {
///             insert_into(agents::table.scoped(scope)).values(agents::name.eq("Ada")).execute(tx).await?;
///             Ok(agents::table.scoped(scope).count().get_result(tx).await?)
///         })
///         .await
/// }
/// # }
/// ```
pub trait RunQueryDsl<Tx, Kind>: Sized {
    // Boxed: the bounds of an opaque future are checked once more wherever it is used, and each mistake would be several
    // errors.

    /// Runs the statement, and returns how many rows it changed.
    fn execute<'tx, 'query: 'tx>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<usize>>
    where
        Tx: Executor,
        Self: RunsIn<Tx::Reach, Kind> + Execute<'query, Tx::Backend>,
    {
        tx.runner(OurOwn).execute(self, Shape::of::<Self, Tx::Reach, Kind>()).boxed()
    }

    /// Runs the statement, and returns its rows.
    fn load<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<U>>>
    where
        Tx: Executor,
        Self: AsQuery<Query: RunsIn<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        let shape = Shape::of::<Self::Query, Tx::Reach, Kind>();
        tx.runner(OurOwn).load(self.as_query(), Wanted::All, shape).boxed()
    }

    /// The same as [`load`](Self::load), as in Diesel.
    fn get_results<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<U>>>
    where
        Tx: Executor,
        Self: AsQuery<Query: RunsIn<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        self.load(tx)
    }

    /// Runs the statement, and returns its first row, or [`NotFound`](Error::NotFound).
    fn get_result<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<U>>
    where
        Tx: Executor,
        Self: AsQuery<Query: RunsIn<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        let query = self.as_query();
        let shape = Shape::of::<Self::Query, Tx::Reach, Kind>();
        async move { first(tx.runner(OurOwn).load(query, Wanted::First, shape).await?) }.boxed()
    }

    /// Runs the query with `LIMIT 1`, and returns its row, or [`NotFound`](Error::NotFound).
    fn first<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<U>>
    where
        Tx: Executor,
        Self: LimitDsl,
        Limit<Self>: AsQuery<Query: RunsIn<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        let query = LimitDsl::limit(self, 1).as_query();
        let shape = Shape::of::<<Limit<Self> as AsQuery>::Query, Tx::Reach, Kind>();
        async move { first(tx.runner(OurOwn).load(query, Wanted::First, shape).await?) }.boxed()
    }
}

// For what Diesel can identify as a query, not for everything: `pool.load(…)` has to stay a method of `TenantPool`.
impl<S: QueryId, Tx, Kind> RunQueryDsl<Tx, Kind> for S {}

pub(crate) fn first<U>(rows: Vec<U>) -> QueryResult<U> {
    rows.into_iter().next().ok_or(Error::NotFound)
}
