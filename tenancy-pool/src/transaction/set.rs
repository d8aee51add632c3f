//! Transactions over the tenants of a set.

use std::fmt;
#[cfg(feature = "postgres")]
use std::panic::Location;

use tenancy_core::{ScopedSet, TenantId, ToTenantKey};
use tenancy_diesel::WithinAny;

use super::nested::nest;
use super::{AsyncFunc, Checked, Ending, RawAudit};
use crate::driver::TenantConnection;
use crate::error::PoolError;
#[cfg(feature = "postgres")]
use crate::error::RawSqlRefused;
use crate::statement::{Executor, OurOwn, Sealed};

/// A transaction over the tenants of a set, for reading: it runs queries of tables that are scoped by the set and of global
/// tables, and nothing else.
///
/// [`SetHandle::begin`](crate::SetHandle::begin) opens it, [`SetHandle::transaction`](crate::SetHandle::transaction) lends it.
///
/// # Tenancy
///
/// A query of a tenant that is not in the set is refused with [`WrongTenant`](tenancy_diesel::WrongTenant) before anything is sent, wherever in
/// the query that tenant stands. Undeclared tables, raw fragments and functions are treated as in a
/// [`TenantTransaction`](crate::TenantTransaction). Nothing that writes compiles; on PostgreSQL, MySQL and MariaDB the server refuses it as
/// well, because the transaction is read only.
///
/// # Cancellation
///
/// As [`TenantTransaction`](crate::TenantTransaction).
#[must_use = "a transaction does nothing until a query runs in it"]
pub struct SetTransaction<C: TenantConnection, I: ToTenantKey = TenantId> {
    pub(super) checked: Checked<C, ScopedSet<I>>,
    #[cfg_attr(not(feature = "postgres"), allow(dead_code, reason = "for raw SQL"))]
    raw_audit: RawAudit,
}

impl<C: TenantConnection, I: ToTenantKey> SetTransaction<C, I> {
    pub(crate) const fn new(checked: Checked<C, ScopedSet<I>>, raw_audit: RawAudit) -> Self {
        Self { checked, raw_audit }
    }

    /// The set that opened it.
    pub const fn set(&self) -> &ScopedSet<I> {
        self.checked.whose()
    }

    /// Runs `work` in a savepoint: what fails in it leaves the transaction as it was.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::transaction`](crate::TenantTransaction::transaction).
    pub async fn transaction<T, E, F>(&mut self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut Self) -> Result<T, E>
            + AsyncFunc<&'tx mut Self, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        nest(self, work).await
    }

    /// Commits, which tells of a query that failed and whose error was swallowed.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::commit`](crate::TenantTransaction::commit).
    pub async fn commit(self) -> Result<(), PoolError> {
        self.checked.commit().await
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::rollback`](crate::TenantTransaction::rollback).
    pub async fn rollback(self) -> Result<(), PoolError> {
        self.checked.roll_back().await
    }

    /// Ends it as its work did.
    pub(crate) async fn end<T, E: From<PoolError>>(self, result: Result<T, E>) -> Result<T, E> {
        self.checked.end(result, Ending::Commit).await
    }

    /// As that of a tenant's transaction.
    #[cfg(feature = "postgres")]
    pub(super) fn record_raw(
        &mut self,
        reason: &str,
        location: &'static Location<'static>,
    ) -> Result<(), RawSqlRefused> {
        let tenants: Vec<String> = self
            .set()
            .tenants()
            .iter()
            .filter_map(|tenant| Some(tenant.to_tenant_key().ok()?.into()))
            .collect();
        self.raw_audit.record(self.set().admitted().principal(), &tenants.join(", "), reason, location)?;
        self.checked.open().close_afterwards();
        Ok(())
    }
}

impl<C: TenantConnection, I: ToTenantKey> Sealed for SetTransaction<C, I> {}

impl<C: TenantConnection, I: ToTenantKey> Executor for SetTransaction<C, I> {
    type Backend = C::Backend;
    type Reach = WithinAny<I>;
    type Runner = Checked<C, ScopedSet<I>>;

    fn runner(&mut self, _: OurOwn) -> &mut Checked<C, ScopedSet<I>> {
        &mut self.checked
    }
}

impl<C: TenantConnection, I: ToTenantKey> fmt::Debug for SetTransaction<C, I> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SetTransaction")
            .field("principal", &self.set().admitted().principal())
            .finish_non_exhaustive()
    }
}
