//! Where a request's transaction is while no handler has it.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::ToTenantKey;
use tenancy_pool::{PoolError, TenantConnection, TenantPool, TenantTransaction};

/// The transactions of one request, and the pool that opens them. The layer puts it into the request.
pub(super) struct OfRequest<C: TenantConnection> {
    pub(super) pool: TenantPool<C>,
    slot: Arc<Mutex<Option<Arc<dyn Finish>>>>,
}

impl<C: TenantConnection> Clone for OfRequest<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), slot: Arc::clone(&self.slot) }
    }
}

impl<C: TenantConnection> OfRequest<C> {
    pub(super) fn new(pool: TenantPool<C>) -> Self {
        Self { pool, slot: Arc::default() }
    }

    /// The slot of the request, made if there is none. `None` where the request has one of another kind of tenants.
    pub(super) fn slot<I: ToTenantKey>(&self) -> Option<Arc<Slot<C, I>>> {
        let mut slot = locked(&self.slot);
        let found = slot.get_or_insert_with(|| Arc::new(Slot::<C, I>::new()));
        Arc::clone(found).as_any().downcast().ok()
    }

    /// What is to be ended, if any was asked for.
    pub(super) fn taken(&self) -> Option<Arc<dyn Finish>> {
        locked(&self.slot).take()
    }
}

/// How a request ends its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Commit,
    RollBack,
}

/// A slot, whatever its tenants' ids are.
pub(super) trait Finish: Send + Sync {
    fn finish(&self, ending: Ending) -> BoxFuture<'static, Result<(), NotFinished>>;

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync>;
}

/// Why a transaction was not ended as it was to be. It is rolled back.
#[derive(Debug)]
pub(super) enum NotFinished {
    /// Something still has it: a task that was spawned, or the answer's body.
    InUse,
    Pool(PoolError),
}

/// Where a transaction is.
enum Place<C: TenantConnection, I: ToTenantKey> {
    /// Nobody has begun it.
    NotBegun,
    /// It is here.
    Here(Box<TenantTransaction<C, I>>),
    /// An extractor has it, or may begin it.
    Lent,
    /// The request has been answered: what comes back now is rolled back.
    Closed,
}

/// The place of one transaction.
pub(super) struct Slot<C: TenantConnection, I: ToTenantKey>(Mutex<Place<C, I>>);

impl<C: TenantConnection, I: ToTenantKey> Slot<C, I> {
    fn new() -> Self {
        Self(Mutex::new(Place::NotBegun))
    }

    /// Takes the transaction, or the right to begin it; `None` where somebody has it, or the request was answered.
    pub(super) fn lend(&self) -> Option<Option<Box<TenantTransaction<C, I>>>> {
        let mut place = locked(&self.0);
        match mem::replace(&mut *place, Place::Lent) {
            Place::NotBegun => Some(None),
            Place::Here(tx) => Some(Some(tx)),
            Place::Lent => None,
            Place::Closed => {
                *place = Place::Closed;
                None
            }
        }
    }

    /// Takes it back. Once the request was answered it is dropped, which rolls it back.
    pub(super) fn give_back(&self, tx: Option<Box<TenantTransaction<C, I>>>) {
        let mut place = locked(&self.0);
        if let Place::Lent = *place {
            *place = tx.map_or(Place::NotBegun, Place::Here);
        }
    }
}

impl<C: TenantConnection, I: ToTenantKey> Finish for Slot<C, I> {
    fn finish(&self, ending: Ending) -> BoxFuture<'static, Result<(), NotFinished>> {
        let place = mem::replace(&mut *locked(&self.0), Place::Closed);
        async move {
            match (place, ending) {
                (Place::NotBegun | Place::Closed, _) => Ok(()),
                (Place::Lent, _) => Err(NotFinished::InUse),
                (Place::Here(tx), Ending::Commit) => tx.commit().await.map_err(NotFinished::Pool),
                (Place::Here(tx), Ending::RollBack) => tx.rollback().await.map_err(NotFinished::Pool),
            }
        }
        .boxed()
    }

    fn as_any(self: Arc<Self>) -> Arc<dyn std::any::Any + Send + Sync> {
        self
    }
}

/// A handler that panics leaves nothing half done here.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
