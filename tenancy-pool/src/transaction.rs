//! One tenant's transaction.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use diesel::result::{Error, QueryResult};
use tenancy_core::{AuditEvent, AuditSink, Reason, Scoped, Unbranded};

use super::async_fn::AsyncFunc;
use super::driver::TenantConnection;
use super::error::TenantsError;
use super::open::OpenTransaction;
use super::run::{Execute, Load, OurOwn, Printable, Rows};
use super::run_query_dsl::{Sealed, Transaction};
use super::tenant_key::TenantKey;
use crate::source::Within;

/// A transaction of one tenant.
///
/// [`Tenants::begin`](super::Tenants::begin) opens it, [`Tenants::transaction`](super::Tenants::transaction) lends it. It
/// is no Diesel connection: it runs statements that are built of scoped and global tables, through this crate's
/// [`RunQueryDsl`](crate::RunQueryDsl), and nothing else. Where the database has the second wall, its session is the
/// tenant's as well.
///
/// # Tenancy
///
/// A statement that is scoped under another brand does not compile. One that is scoped to another tenant under the same
/// brand is refused with [`WrongTenant`](crate::WrongTenant) before anything is sent, wherever in the statement the other
/// tenant stands.
///
/// On PostgreSQL a SELECT, or an UPDATE or DELETE of tenants' rows, with a raw fragment (`sql::<_>("…")`) is refused as well; see
/// [`permit_raw_fragments`](TenantTx::permit_raw_fragments). Diesel does not let a fragment in an INSERT's values be told
/// from a default, nor one in its own UPDATE of a global table, nor in anything on the other databases.
///
/// # Cancellation
///
/// Dropping it rolls back. The future of a statement may be dropped at any point; after that the transaction runs nothing
/// more. The connection goes back to the pool only when the server has confirmed the rollback.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "tenants-postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel::prelude::*;
/// use diesel_async::AsyncPgConnection;
/// use tenancy_diesel::prelude::*;
/// use tenancy_diesel::RunQueryDsl;
/// use tenancy_diesel::tenants::TenantTx;
///
/// async fn names(scope: &Scoped<i32>, tx: &mut TenantTx<AsyncPgConnection, i32>) -> QueryResult<Vec<String>> {
///     agents::table.scoped(scope).select(agents::name).load(tx).await
/// }
/// # }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct TenantTx<C: TenantConnection, I: TenantKey = tenancy_core::TenantId, B = Unbranded> {
    open: OpenTransaction<C>,
    scope: Scoped<I, B>,
    wall: bool,
    raw_fragments: bool,
    audit: Arc<dyn AuditSink>,
}

impl<C: TenantConnection, I: TenantKey, B> TenantTx<C, I, B> {
    pub(super) fn new(
        open: OpenTransaction<C>,
        scope: Scoped<I, B>,
        wall: bool,
        audit: Arc<dyn AuditSink>,
    ) -> Self {
        Self { open, scope, wall, raw_fragments: false, audit }
    }

    /// The scope that opened it.
    pub const fn scope(&self) -> &Scoped<I, B> {
        &self.scope
    }

    /// Runs `work` in a savepoint: kept when it returns `Ok`, undone when it returns an error.
    ///
    /// # Errors
    ///
    /// What `work` returns; [`TenantsError`] if the savepoint cannot be set, kept or undone.
    ///
    /// # Cancellation
    ///
    /// Dropped in the middle, it leaves a transaction that can only be rolled back.
    pub async fn transaction<T, E, F>(&mut self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut Self) -> Result<T, E>
            + AsyncFunc<&'tx mut Self, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<TenantsError> + Send,
        B: 'static,
    {
        let savepoint = self.open.open_savepoint();
        let mut nested = Nested { tx: self, done: false };
        let result = match work(&mut *nested.tx).await {
            Ok(value) => nested.tx.open.keep(savepoint).await.map(|()| value).map_err(E::from),
            // The error of the work says more than that of undoing it, which leaves nothing that could be committed.
            Err(error) => {
                let _undone = nested.tx.open.undo(savepoint).await;
                Err(error)
            }
        };
        nested.done = true;
        result
    }

    /// Commits.
    ///
    /// # Errors
    ///
    /// [`TenantsError::Aborted`] if a statement failed and its error was swallowed, [`TenantsError::Cancelled`] if one was
    /// dropped in the middle: nothing is committed then. [`TenantsError::Query`] if the server refuses the commit.
    ///
    /// # Cancellation
    ///
    /// Dropped in the middle, it leaves open whether the server has committed.
    pub async fn commit(self) -> Result<(), TenantsError> {
        self.open.commit().await
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// [`TenantsError::Query`] if the connection breaks; the server rolls back then.
    pub async fn rollback(self) -> Result<(), TenantsError> {
        self.open.roll_back().await
    }

    pub(super) async fn end_read(self) -> Result<(), TenantsError> {
        self.open.end_read().await
    }

    /// Lets the rest of the transaction run statements that contain raw fragments, on PostgreSQL behind the second wall.
    ///
    /// Recorded in the audit. The connection is closed after the transaction: what a raw fragment calls can change the
    /// session.
    ///
    /// # Errors
    ///
    /// [`RawSqlRefused`] where there is no second wall, or if the reason is blank.
    #[track_caller]
    pub fn permit_raw_fragments(&mut self, reason: &str) -> Result<(), RawSqlRefused> {
        self.record_raw(reason, Location::caller())?;
        self.raw_fragments = true;
        Ok(())
    }

    pub(super) fn record_raw(
        &mut self,
        reason: &str,
        location: &'static Location<'static>,
    ) -> Result<(), RawSqlRefused> {
        if !self.wall {
            return Err(RawSqlRefused::NoWall);
        }
        let reason = Reason::new(reason).map_err(|_| RawSqlRefused::NoReason)?;
        self.audit.record(&AuditEvent::RawSql {
            principal: self.scope.admitted().principal(),
            tenant: &self.scope.tenant().to_string(),
            reason: reason.as_str(),
            location,
        });
        self.open.close_afterwards();
        Ok(())
    }

    /// Refuses a statement of another tenant, and one with a raw fragment where it can be told.
    fn check<Q: Printable<C::Backend>>(&self, statement: &Q, raw_sql_shows: bool) -> QueryResult<()> {
        let free_of_raw_sql = statement.look_through(self.scope.tenant(), &C::Backend::default())?;
        if C::RAW_SQL_SHOWS && raw_sql_shows && !free_of_raw_sql && !self.raw_fragments {
            return Err(Error::QueryBuilderError(Box::new(RawSqlRefused::Fragment)));
        }
        Ok(())
    }

    #[cfg(feature = "tenants-postgres")]
    pub(super) fn open(&mut self) -> &mut OpenTransaction<C> {
        &mut self.open
    }
}

/// A nested transaction under way. Dropped in the middle, or unwound, it has neither been kept nor undone, and what the outer
/// one ran from there on would be mixed with it.
struct Nested<'a, C: TenantConnection, I: TenantKey, B> {
    tx: &'a mut TenantTx<C, I, B>,
    done: bool,
}

impl<C: TenantConnection, I: TenantKey, B> Drop for Nested<'_, C, I, B> {
    fn drop(&mut self) {
        if !self.done {
            self.tx.open.cancel();
        }
    }
}

impl<C: TenantConnection, I: TenantKey, B> Sealed for TenantTx<C, I, B> {}

impl<C: TenantConnection, I: TenantKey, B: 'static> Transaction for TenantTx<C, I, B> {
    type Backend = C::Backend;
    type Reach = Within<I, B>;

    async fn load<'query, Q, U>(&mut self, query: Q, rows: Rows, raw_sql_shows: bool) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.check(&query, raw_sql_shows)?;
        self.open.load(query, rows).await
    }

    async fn execute<'query, Q>(&mut self, statement: Q, raw_sql_shows: bool, _: OurOwn) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        self.check(&statement, raw_sql_shows)?;
        self.open.execute(statement).await
    }
}

impl<C: TenantConnection, I: TenantKey, B> fmt::Debug for TenantTx<C, I, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantTx")
            .field("tenant", &format_args!("{}", self.scope.tenant()))
            .finish_non_exhaustive()
    }
}

/// Why raw SQL was refused. Nothing was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RawSqlRefused {
    /// A statement contains a raw fragment.
    Fragment,
    /// No row-level security would stop it.
    NoWall,
    /// The reason is blank.
    NoReason,
    /// The statement would end or divide the transaction.
    TransactionControl,
}

impl fmt::Display for RawSqlRefused {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Fragment => {
                "the statement contains raw SQL (`sql::<_>(\"…\")`), which can read other tenants' rows; nothing was sent. \
                 Declare the function with `define_sql_function!`, or say `tx.permit_raw_fragments(\"why\")` first"
            }
            Self::NoWall => {
                "raw SQL runs in a tenant's transaction only where row-level security stops it: on PostgreSQL, with \
                 `Tenants` built with a wall. Elsewhere it takes `tenants.across(&cross_tenant)`"
            }
            Self::NoReason => "raw SQL needs a reason, and the one given is blank",
            Self::TransactionControl => {
                "the statement would end or divide the transaction, and what follows it would run outside of the tenant's; \
                 nothing was sent. Use `commit`, `rollback` and `transaction` of the `TenantTx`"
            }
        })
    }
}

impl std::error::Error for RawSqlRefused {}

impl From<RawSqlRefused> for TenantsError {
    fn from(refused: RawSqlRefused) -> Self {
        Self::Query(refused.into())
    }
}

impl From<RawSqlRefused> for Error {
    fn from(refused: RawSqlRefused) -> Self {
        Self::QueryBuilderError(Box::new(refused))
    }
}
