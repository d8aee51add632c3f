//! How many connections one tenant may hold.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tenancy_core::TenantKey;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::PoolError;

/// The cap on the connections of one tenant, so that one cannot drain the pool.
pub(super) struct TenantLimit {
    limit: usize,
    patience: Duration,
    /// Of the tenants that hold or wait for one; a permit keeps its semaphore.
    semaphores: Mutex<HashMap<TenantKey, Weak<Semaphore>>>,
}

/// Below this many entries the dead ones are not worth looking for.
const SWEEP_FROM: usize = 64;

impl TenantLimit {
    pub(super) fn new(limit: usize, patience: Duration) -> Self {
        Self { limit, patience, semaphores: Mutex::default() }
    }

    pub(super) async fn acquire(&self, tenant: &TenantKey) -> Result<OwnedSemaphorePermit, PoolError> {
        let busy = || PoolError::TenantBusy { tenant: tenant.clone(), limit: self.limit };
        match timeout(self.patience, self.semaphore(tenant).acquire_owned()).await {
            Ok(Ok(permit)) => Ok(permit),
            // It is never closed; if it were, nobody should get in.
            Ok(Err(_)) | Err(_) => Err(busy()),
        }
    }

    fn semaphore(&self, tenant: &TenantKey) -> Arc<Semaphore> {
        // A panic under the lock leaves the map whole.
        let mut semaphores = self.semaphores.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(semaphore) = semaphores.get(tenant).and_then(Weak::upgrade) {
            return semaphore;
        }
        // When the map is about to grow, so that its size follows the number of tenants that are at work.
        if semaphores.len() >= SWEEP_FROM && semaphores.len() == semaphores.capacity() {
            semaphores.retain(|_, semaphore| semaphore.strong_count() > 0);
        }
        let semaphore = Arc::new(Semaphore::new(self.limit));
        semaphores.insert(tenant.clone(), Arc::downgrade(&semaphore));
        semaphore
    }
}
