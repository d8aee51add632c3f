//! Transactions: of one tenant, and across tenants.

mod admission;
mod async_fn;
mod checked;
#[cfg(feature = "postgres")]
mod control;
mod cross_tenant;
mod global;
mod nested;
mod open;
#[cfg(feature = "postgres")]
mod raw;
mod raw_audit;
mod set;
mod whose;

use std::fmt;
use std::panic::Location;

use tenancy_core::{Scoped, TenantId, TenantKey, ToTenantKey, Unbranded};
use tenancy_diesel::Within;

pub use self::admission::AdmissionTransaction;
pub(crate) use self::async_fn::AsyncFunc;
pub(crate) use self::checked::{Calls, Checked, look};
pub use self::cross_tenant::CrossTenantTransaction;
pub use self::global::GlobalTransaction;
use self::nested::nest;
pub(crate) use self::open::{Ending, OpenTransaction};
#[cfg(feature = "postgres")]
pub use self::raw::RawSql;
pub(crate) use self::raw_audit::RawAudit;
pub use self::set::SetTransaction;
pub(crate) use self::whose::{Nobody, Stranger, Tenants, Whose};
use crate::driver::TenantConnection;
use crate::error::{PoolError, RawSqlRefused};
use crate::statement::{Executor, OurOwn, Sealed};

/// A transaction of one tenant.
///
/// [`TenantPool::begin`](crate::TenantPool::begin) opens it, [`TenantPool::transaction`](crate::TenantPool::transaction) lends it. It
/// is no Diesel connection: it runs statements that are built of scoped and global tables, through this crate's
/// [`RunQueryDsl`](crate::RunQueryDsl), and nothing else. Where the database has the second wall, its session is the
/// tenant's as well.
///
/// # Tenancy
///
/// A statement that is scoped under another brand does not compile. One that is scoped to another tenant under the same
/// brand is refused with [`WrongTenant`](tenancy_diesel::WrongTenant) before anything is sent, wherever in the statement the other
/// tenant stands.
///
/// A table that is declared neither tenant-scoped nor global is refused with [`StatementRefused`](crate::StatementRefused), also
/// before anything is sent, and wherever it stands: what the statement prints is compared with the tables that declared
/// themselves while it was printed.
///
/// On PostgreSQL a statement with a raw fragment (`sql::<_>("…")`) is refused with
/// [`RawSqlRefused`](crate::RawSqlRefused::Fragment) as well, whatever its kind and wherever the fragment stands; see
/// [`permit_raw_fragments`](TenantTransaction::permit_raw_fragments). On the other databases a fragment runs, as long as it reads no
/// table and can be followed: backslashes in quotes, comments and semicolons are refused.
///
/// # The session
///
/// On PostgreSQL a tenant finds the session as the connection was opened. A statement that calls a function of which it is not
/// known that it leaves the session alone runs, and its connection is closed after the transaction: see
/// [`harmless_functions`](crate::TenantPoolBuilder::harmless_functions). What the database's own triggers and policies set is
/// set back by what opens the next transaction, except on connections of a pool of the application's.
///
/// # Cancellation
///
/// Dropping it rolls back. The future of a statement may be dropped at any point; after that the transaction runs nothing
/// more. The connection goes back to the pool only when the server has confirmed the rollback.
///
/// # Examples
///
/// ```
/// # #[cfg(feature = "postgres")]
/// # mod example {
/// # tenancy_diesel::table! { agents (id) { id -> Integer, tenant_id -> Integer, name -> Text, } }
/// use diesel_async::AsyncPgConnection;
/// use tenancy_pool::TenantTransaction;
/// use tenancy_pool::prelude::*;
///
/// async fn names(scope: &Scoped<i32>, tx: &mut TenantTransaction<AsyncPgConnection, i32>) -> QueryResult<Vec<String>> {
///     agents::table.scoped(scope).select(agents::name).load(tx).await
/// }
/// # }
/// ```
#[must_use = "a transaction that is dropped is rolled back"]
pub struct TenantTransaction<C: TenantConnection, I: ToTenantKey = TenantId, B = Unbranded> {
    checked: Checked<C, Scoped<I, B>>,
    /// The scope's tenant, as text.
    tenant: TenantKey,
    raw_audit: RawAudit,
}

impl<C: TenantConnection, I: ToTenantKey, B> TenantTransaction<C, I, B> {
    pub(crate) const fn new(
        checked: Checked<C, Scoped<I, B>>,
        tenant: TenantKey,
        raw_audit: RawAudit,
    ) -> Self {
        Self { checked, tenant, raw_audit }
    }

    /// The scope that opened it.
    pub const fn scope(&self) -> &Scoped<I, B> {
        self.checked.whose()
    }

    /// Runs `work` in a savepoint: kept when it returns `Ok`, undone when it returns an error.
    ///
    /// # Errors
    ///
    /// What `work` returns; [`PoolError`] if the savepoint cannot be set, kept or undone.
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
        E: From<PoolError> + Send,
        B: 'static,
    {
        nest(self, work).await
    }

    /// Commits.
    ///
    /// # Errors
    ///
    /// [`PoolError::Aborted`] if a statement failed and its error was swallowed, [`PoolError::Cancelled`] if one was
    /// dropped in the middle: nothing is committed then. [`PoolError::Query`] if the server refuses the commit.
    ///
    /// # Cancellation
    ///
    /// Dropped in the middle, it leaves open whether the server has committed.
    pub async fn commit(self) -> Result<(), PoolError> {
        self.checked.commit().await
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// [`PoolError::Query`] if the connection breaks; the server rolls back then.
    pub async fn rollback(self) -> Result<(), PoolError> {
        self.checked.roll_back().await
    }

    /// Ends it as its work did.
    pub(crate) async fn end<T, E: From<PoolError>>(
        self,
        result: Result<T, E>,
        ending: Ending,
    ) -> Result<T, E> {
        self.checked.end(result, ending).await
    }

    /// Lets the rest of the transaction run statements that contain raw fragments, on PostgreSQL behind the second wall. For a
    /// fragment that is a constant, [`reviewed_sql!`](tenancy_diesel::reviewed_sql) costs less and needs no wall.
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
        self.checked.permit_raw_fragments();
        Ok(())
    }

    pub(super) fn record_raw(
        &mut self,
        reason: &str,
        location: &'static Location<'static>,
    ) -> Result<(), RawSqlRefused> {
        self.raw_audit.record(self.scope().admitted().principal(), self.tenant.as_str(), reason, location)?;
        self.checked.open().close_afterwards();
        Ok(())
    }
}

impl<C: TenantConnection, I: ToTenantKey, B> Sealed for TenantTransaction<C, I, B> {}

impl<C: TenantConnection, I: ToTenantKey, B: 'static> Executor for TenantTransaction<C, I, B> {
    type Backend = C::Backend;
    type Reach = Within<I, B>;
    type Runner = Checked<C, Scoped<I, B>>;

    fn runner(&mut self, _: OurOwn) -> &mut Checked<C, Scoped<I, B>> {
        &mut self.checked
    }
}

impl<C: TenantConnection, I: ToTenantKey, B> fmt::Debug for TenantTransaction<C, I, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("TenantTransaction")
            .field("tenant", &self.tenant.as_str())
            .finish_non_exhaustive()
    }
}
