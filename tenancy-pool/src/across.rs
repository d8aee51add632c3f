//! Transactions that span tenants.

use std::fmt;

use diesel::result::QueryResult;
use tenancy_core::CrossTenant;

use super::async_fn::AsyncFunc;
use super::driver::TenantConnection;
use super::error::TenantsError;
use super::open::OpenTransaction;
use super::options::TransactionOptions;
use super::run::{Execute, Load, OurOwn, Rows};
use super::run_query_dsl::{Sealed, Transaction};
use super::tenants::Tenants;
use crate::source::EveryTenant;

/// Where a holder of a [`CrossTenant`] opens transactions: a pool of its own, whose role the database lets span tenants.
///
/// [`Tenants::across`] makes it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Across<'a, C: TenantConnection> {
    pub(super) tenants: &'a Tenants<C>,
    pub(super) cross_tenant: &'a CrossTenant,
}

impl<'a, C: TenantConnection> Across<'a, C> {
    /// Opens a transaction that spans tenants.
    ///
    /// # Errors
    ///
    /// [`TenantsError::NoCrossTenantPool`] if [`Tenants`] was built without one; as [`Tenants::begin`] otherwise.
    pub async fn begin(&self) -> Result<CrossTenantTx<'a, C>, TenantsError> {
        self.begin_with(TransactionOptions::new()).await
    }

    /// As [`begin`](Self::begin), opened as `options` say.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin).
    pub async fn begin_with(
        &self,
        options: TransactionOptions,
    ) -> Result<CrossTenantTx<'a, C>, TenantsError> {
        let open = self.tenants.open_across(options).await?;
        Ok(CrossTenantTx { open, cross_tenant: self.cross_tenant })
    }

    /// Runs `work` in a transaction that spans tenants: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin) and [`CrossTenantTx::commit`].
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut CrossTenantTx<'a, C>) -> Result<T, E>
            + AsyncFunc<&'tx mut CrossTenantTx<'a, C>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<TenantsError> + Send,
    {
        let mut tx = self.begin().await?;
        match work(&mut tx).await {
            Ok(value) => {
                tx.commit().await?;
                Ok(value)
            }
            Err(error) => {
                let _rolled_back = tx.rollback().await;
                Err(error)
            }
        }
    }
}

/// A transaction that spans tenants: it runs statements of any scope, those opened by `across_tenants`, and raw SQL.
///
/// # Cancellation
///
/// As [`TenantTx`](super::TenantTx).
#[must_use = "a transaction that is dropped is rolled back"]
pub struct CrossTenantTx<'a, C: TenantConnection> {
    open: OpenTransaction<C>,
    cross_tenant: &'a CrossTenant,
}

impl<C: TenantConnection> CrossTenantTx<'_, C> {
    /// The capability that opened it.
    pub const fn cross_tenant(&self) -> &CrossTenant {
        self.cross_tenant
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
        self.cross_tenant.record_use(subject, tenancy_core::Access::Write);
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
        query: Q,
    ) -> impl Future<Output = QueryResult<Vec<U>>> + Send
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.cross_tenant.record_use(subject, tenancy_core::Access::Read);
        self.open.close_afterwards();
        self.open.load(query, Rows::All)
    }

    /// Commits.
    ///
    /// # Errors
    ///
    /// As [`TenantTx::commit`](super::TenantTx::commit).
    pub async fn commit(self) -> Result<(), TenantsError> {
        self.open.commit().await
    }

    /// Rolls back, and waits for it.
    ///
    /// # Errors
    ///
    /// As [`TenantTx::rollback`](super::TenantTx::rollback).
    pub async fn rollback(self) -> Result<(), TenantsError> {
        self.open.roll_back().await
    }
}

impl<C: TenantConnection> Sealed for CrossTenantTx<'_, C> {}

impl<C: TenantConnection> Transaction for CrossTenantTx<'_, C> {
    type Backend = C::Backend;
    type Reach = EveryTenant;

    async fn load<'query, Q, U>(&mut self, query: Q, rows: Rows, _: bool) -> QueryResult<Vec<U>>
    where
        Q: Load<'query, C::Backend, U>,
        U: Send,
    {
        self.open.load(query, rows).await
    }

    async fn execute<'query, Q>(&mut self, statement: Q, _: bool, _: OurOwn) -> QueryResult<usize>
    where
        Q: Execute<'query, C::Backend>,
    {
        self.open.execute(statement).await
    }
}

impl<C: TenantConnection> fmt::Debug for CrossTenantTx<'_, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("CrossTenantTx")
            .field("cross_tenant", self.cross_tenant)
            .finish_non_exhaustive()
    }
}
