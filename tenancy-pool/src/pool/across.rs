//! Opening transactions that span tenants.

use tenancy_core::CrossTenant;

use super::TenantPool;
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::transaction::{AsyncFunc, CrossTenantTransaction};

/// Where a holder of a [`CrossTenant`] opens transactions: a pool of its own, whose role the database lets span tenants.
///
/// [`TenantPool::across`] makes it.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Across<'a, C: TenantConnection> {
    pub(super) pool: &'a TenantPool<C>,
    pub(super) cross_tenant: &'a CrossTenant,
}

impl<C: TenantConnection> Across<'_, C> {
    /// Opens a transaction that spans tenants.
    ///
    /// # Errors
    ///
    /// [`PoolError::NoCrossTenantPool`] if the pool was built without one; as [`TenantPool::begin`] otherwise.
    pub async fn begin(&self) -> Result<CrossTenantTransaction<C>, PoolError> {
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
    ) -> Result<CrossTenantTransaction<C>, PoolError> {
        let open = self.pool.open_across(options).await?;
        Ok(CrossTenantTransaction::new(open, self.cross_tenant))
    }

    /// Runs `work` in a transaction that spans tenants: committed when it returns `Ok`, rolled back otherwise.
    ///
    /// # Errors
    ///
    /// What `work` returns, and as [`begin`](Self::begin) and [`CrossTenantTransaction::commit`].
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        for<'tx> F: AsyncFnOnce(&'tx mut CrossTenantTransaction<C>) -> Result<T, E>
            + AsyncFunc<&'tx mut CrossTenantTransaction<C>, Result<T, E>, Fut: Send>
            + Send,
        T: Send,
        E: From<PoolError> + Send,
    {
        let mut tx = self.begin().await?;
        let result = work(&mut tx).await;
        tx.end(result).await
    }
}
