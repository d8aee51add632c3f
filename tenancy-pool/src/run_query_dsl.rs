//! Diesel's verbs, for transactions.

use std::future::Future;

use diesel::dsl::Limit;
use diesel::query_builder::{AsQuery, QueryId};
use diesel::query_dsl::methods::LimitDsl;
use diesel::result::{Error, QueryResult};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::run::{Execute, Load, OurOwn, Rows};
use super::statement::Statement;
use crate::dialect::TenantBackend;

mod sealed {
    pub trait Sealed {}
}
pub(super) use sealed::Sealed;

/// What runs statements: a [`TenantTx`](super::TenantTx), or a [`CrossTenantTx`](super::CrossTenantTx). Sealed.
///
/// Its own methods are not to be called, because they ask for no [`Statement`]:
///
/// ```compile_fail,E0061
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// # use diesel_async::AsyncPgConnection;
/// # use tenancy_diesel::tenants::{TenantTx, Transaction};
/// async fn round_the_types(tx: &mut TenantTx<AsyncPgConnection, i32>) {
///     let _ = tx.execute(diesel::sql_query("DELETE FROM agents"), false).await;
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no tenant transaction",
    label = "`tenancy_diesel::RunQueryDsl` runs statements on a `TenantTx` or a `CrossTenantTx`",
    note = "for a plain connection import `diesel_async::RunQueryDsl` instead, in a module of its own"
)]
pub trait Transaction: Sealed + Send {
    /// The database.
    type Backend: TenantBackend;

    /// How far it reaches.
    type Reach;

    #[doc(hidden)]
    fn load<'query, Q, U>(
        &mut self,
        query: Q,
        rows: Rows,
        raw_sql_shows: bool,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, Self::Backend, U>,
        U: Send;

    #[doc(hidden)]
    fn execute<'query, Q>(
        &mut self,
        statement: Q,
        raw_sql_shows: bool,
        call: OurOwn,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, Self::Backend>;
}

/// The verbs that run a statement on a transaction: import it in the place of `diesel_async::RunQueryDsl`.
///
/// It has that trait's name so that importing it also hides the synchronous one of `diesel::prelude::*`. A statement that
/// the transaction must not run does not compile: see [`Statement`](super::Statement).
///
/// # Errors
///
/// Every verb returns Diesel's error. A `QueryBuilderError` that holds a [`WrongTenant`](crate::WrongTenant), a
/// [`RawSqlRefused`](super::RawSqlRefused) or a [`TenantsError`](super::TenantsError) says that nothing was sent.
///
/// # Cancellation
///
/// A future that is dropped before it is done leaves a transaction that runs nothing more.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "tenants-postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel::prelude::*;
/// use diesel_async::AsyncPgConnection;
/// use tenancy_diesel::RunQueryDsl;
/// use tenancy_diesel::tenants::{Tenants, TenantsError};
/// use tenancy_diesel::{Scoped, insert_into};
///
/// async fn hire(tenants: &Tenants<AsyncPgConnection>, scope: &Scoped<i32>) -> Result<i64, TenantsError> {
///     tenants
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
        Tx: Transaction,
        Self: Statement<Tx::Reach, Kind> + Execute<'query, Tx::Backend>,
    {
        tx.execute(self, <Self as Statement<Tx::Reach, Kind>>::RAW_SQL_SHOWS, OurOwn).boxed()
    }

    /// Runs the statement, and returns its rows.
    fn load<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<U>>>
    where
        Tx: Transaction,
        Self: AsQuery<Query: Statement<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        tx.load(self.as_query(), Rows::All, <Self::Query as Statement<Tx::Reach, Kind>>::RAW_SQL_SHOWS)
            .boxed()
    }

    /// The same as [`load`](Self::load), as in Diesel.
    fn get_results<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<Vec<U>>>
    where
        Tx: Transaction,
        Self: AsQuery<Query: Statement<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        self.load(tx)
    }

    /// Runs the statement, and returns its first row, or [`NotFound`](Error::NotFound).
    fn get_result<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<U>>
    where
        Tx: Transaction,
        Self: AsQuery<Query: Statement<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        let query = self.as_query();
        let shows = <Self::Query as Statement<Tx::Reach, Kind>>::RAW_SQL_SHOWS;
        async move { first(tx.load(query, Rows::First, shows).await?) }.boxed()
    }

    /// Runs the query with `LIMIT 1`, and returns its row, or [`NotFound`](Error::NotFound).
    fn first<'tx, 'query: 'tx, U>(self, tx: &'tx mut Tx) -> BoxFuture<'tx, QueryResult<U>>
    where
        Tx: Transaction,
        Self: LimitDsl,
        Limit<Self>: AsQuery<Query: Statement<Tx::Reach, Kind> + Load<'query, Tx::Backend, U>>,
        U: Send + 'tx,
    {
        let query = LimitDsl::limit(self, 1).as_query();
        let shows = <<Limit<Self> as AsQuery>::Query as Statement<Tx::Reach, Kind>>::RAW_SQL_SHOWS;
        async move { first(tx.load(query, Rows::First, shows).await?) }.boxed()
    }
}

// For what Diesel can identify as a query, not for everything: `tenants.load(…)` has to stay a method of `Tenants`.
impl<S: QueryId, Tx, Kind> RunQueryDsl<Tx, Kind> for S {}

pub(super) fn first<U>(rows: Vec<U>) -> QueryResult<U> {
    rows.into_iter().next().ok_or(Error::NotFound)
}
