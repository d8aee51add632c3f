//! Transactions of no tenant.

use std::fmt;

use tenancy_diesel::Unowned;

use super::nested::nest;
use super::{AsyncFunc, Checked, Ending, Nobody};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Executor, OurOwn, Sealed};

/// A transaction of no tenant: it runs statements of tables that are declared global, and nothing else.
///
/// [`GlobalHandle::begin`](crate::GlobalHandle::begin) opens it, [`GlobalHandle::transaction`](crate::GlobalHandle::transaction)
/// lends it.
///
/// # Tenancy
///
/// A statement of a tenant's table does not compile in it, whoever's scope it carries. Where the compiler does not look, in a
/// subquery of a global table's statement, it is refused with [`StatementRefused`](crate::StatementRefused::TenantTable) before
/// anything is sent. Undeclared tables, raw fragments and functions are treated as in a
/// [`TenantTransaction`](crate::TenantTransaction).
///
/// Behind the second wall the session is told that it has no tenant: whatever reaches a tenant's table all the same, a view or
/// a function, finds no rows in it.
///
/// # Cancellation
///
/// As [`TenantTransaction`](crate::TenantTransaction).
#[must_use = "a transaction that is dropped is rolled back"]
pub struct GlobalTransaction<C: TenantConnection> {
    checked: Checked<C, Nobody>,
}

impl<C: TenantConnection> GlobalTransaction<C> {
    pub(crate) const fn new(checked: Checked<C, Nobody>) -> Self {
        Self { checked }
    }

    /// Runs `work` in a savepoint: kept when it returns `Ok`, undone when it returns an error.
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

    /// Commits.
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
}

impl<C: TenantConnection> Sealed for GlobalTransaction<C> {}

impl<C: TenantConnection> Executor for GlobalTransaction<C> {
    type Backend = C::Backend;
    type Reach = Unowned;
    type Runner = Checked<C, Nobody>;

    fn runner(&mut self, _: OurOwn) -> &mut Checked<C, Nobody> {
        &mut self.checked
    }
}

impl<C: TenantConnection> fmt::Debug for GlobalTransaction<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GlobalTransaction").finish_non_exhaustive()
    }
}
