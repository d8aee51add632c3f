//! Transactions of no tenant.

use std::fmt;

use diesel::result::QueryResult;
use tenancy_diesel::Unowned;

use super::nested::{self, Nests};
use super::{AsyncFunc, Checked, Ending, Nobody, OpenTransaction};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Execute, Executor, Load, OurOwn, Sealed, Shape, Wanted};

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
        nested::nest(self, work).await
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

impl<C: TenantConnection> Nests for GlobalTransaction<C> {
    type Connection = C;

    fn open(&mut self) -> &mut OpenTransaction<C> {
        self.checked.open()
    }
}

impl<C: TenantConnection> Sealed for GlobalTransaction<C> {}

impl<C: TenantConnection> Executor for GlobalTransaction<C> {
    type Backend = C::Backend;
    type Reach = Unowned;

    async fn load<'query, Q, U>(&mut self, mut query: Q, wanted: Wanted, shape: Shape) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.checked.load(&mut query, wanted, shape).await
    }

    async fn execute<'query, Q>(&mut self, statement: Q, shape: Shape, _: OurOwn) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        self.checked.execute(statement, shape).await
    }
}

impl<C: TenantConnection> fmt::Debug for GlobalTransaction<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("GlobalTransaction").finish_non_exhaustive()
    }
}
