//! Transactions that span tenants.

use std::fmt;

use diesel::result::QueryResult;
use tenancy_core::__private::CrossTenantUses;
use tenancy_core::{Access, CrossTenant};
use tenancy_diesel::EveryTenant;

use super::{Ending, OpenTransaction};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::statement::{Execute, Executor, Load, OurOwn, Runner, Sealed, Shape, Wanted};

/// A transaction that spans tenants: it runs statements of any scope, those opened by `across_tenants`, and raw SQL.
///
/// # Cancellation
///
/// As [`TenantTransaction`](super::TenantTransaction).
#[must_use = "a transaction that is dropped is rolled back"]
pub struct CrossTenantTransaction<C: TenantConnection> {
    open: OpenTransaction<C>,
    // Not the capability by reference: a closure that takes a transaction with a lifetime returns no future of which the
    // compiler can show that it is `Send`.
    uses: CrossTenantUses,
}

impl<C: TenantConnection> CrossTenantTransaction<C> {
    pub(crate) fn new(open: OpenTransaction<C>, cross_tenant: &CrossTenant) -> Self {
        Self { open, uses: cross_tenant.uses() }
    }

    /// Ends it as its work did.
    pub(crate) async fn end<T, E: From<PoolError>>(self, result: Result<T, E>) -> Result<T, E> {
        self.open.end(result, Ending::Commit).await
    }

    /// Runs any statement of Diesel's, raw SQL included, and returns how many rows it changed.
    ///
    /// Recorded in the audit as a write of `subject`, for the reason of the [`CrossTenant`]. A statement that ends the transaction
    /// ends it: what follows is committed by itself.
    ///
    /// # Errors
    ///
    /// The server's.
    #[track_caller]
    pub fn execute_raw<'query, Q>(
        &mut self,
        subject: &'static str,
        statement: Q,
    ) -> impl Future<Output = QueryResult<usize>> + Send
    where
        Q: Execute<'query, C::Backend>,
    {
        self.uses.record(subject, Access::Write);
        self.open.close_afterwards();
        self.open.execute(statement)
    }

    /// Runs any query of Diesel's, raw SQL included, and returns its rows.
    ///
    /// Recorded in the audit as a read of `subject`, for the reason of the [`CrossTenant`].
    ///
    /// # Errors
    ///
    /// The server's, and those of reading the rows.
    #[track_caller]
    pub fn load_raw<'query, Q, U>(
        &mut self,
        subject: &'static str,
        mut query: Q,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.uses.record(subject, Access::Read);
        self.open.close_afterwards();
        let open = &mut self.open;
        async move { open.load(&mut query, Wanted::All).await }
    }

    /// Has foreign keys checked when the transaction commits, from the next statement on: what moves rows and those that depend
    /// on them to another tenant ([`move_rows`](tenancy_diesel::move_rows)) breaks the keys between them for a moment.
    ///
    /// On PostgreSQL that holds for keys that are declared `DEFERRABLE`, on SQLite for all.
    ///
    /// # Errors
    ///
    /// [`PoolError::NoDeferredKeys`] on MySQL and MariaDB.
    pub fn defer_keys(&mut self) -> Result<(), PoolError> {
        self.open.send_ahead(C::DEFERS_KEYS.ok_or(PoolError::NoDeferredKeys)?);
        Ok(())
    }

    /// Commits.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::commit`](super::TenantTransaction::commit).
    pub async fn commit(self) -> Result<(), PoolError> {
        self.open.commit().await
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// As [`TenantTransaction::rollback`](super::TenantTransaction::rollback).
    pub async fn rollback(self) -> Result<(), PoolError> {
        self.open.roll_back().await
    }
}

impl<C: TenantConnection> Sealed for CrossTenantTransaction<C> {}

impl<C: TenantConnection> Executor for CrossTenantTransaction<C> {
    type Backend = C::Backend;
    type Reach = EveryTenant;
    type Runner = Self;

    fn runner(&mut self, _: OurOwn) -> &mut Self {
        self
    }
}

/// Whatever compiles runs: nothing is looked through.
impl<C: TenantConnection> Runner<C::Backend> for CrossTenantTransaction<C> {
    async fn load<'query, Q, U>(&mut self, mut query: Q, wanted: Wanted, _: Shape) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.open.load(&mut query, wanted).await
    }

    async fn execute<'query, Q>(&mut self, statement: Q, _: Shape) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        self.open.execute(statement).await
    }
}

impl<C: TenantConnection> fmt::Debug for CrossTenantTransaction<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CrossTenantTransaction").field("uses", &self.uses).finish_non_exhaustive()
    }
}
