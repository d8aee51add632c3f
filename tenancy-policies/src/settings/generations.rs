//! What tells answers from before a change from those after it.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use tenancy_core::TenantKey;

/// How many there are. Tenants that share one lose their cached settings together, which costs a lookup.
const GENERATIONS: usize = 1024;

/// A cached answer belongs to the generation in which its lookup *began*, so that advancing it forgets those on their way, too.
pub(super) struct Generations {
    slots: Box<[AtomicU64]>,
    hasher: RandomState,
}

impl Generations {
    pub(super) fn new() -> Self {
        Self { slots: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(), hasher: RandomState::new() }
    }

    pub(super) fn of(&self, tenant: &TenantKey) -> u64 {
        self.slot(tenant).map_or(0, |slot| slot.load(Ordering::SeqCst))
    }

    pub(super) fn advance(&self, tenant: &TenantKey) {
        if let Some(slot) = self.slot(tenant) {
            slot.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub(super) fn advance_all(&self) {
        for slot in &self.slots {
            slot.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn slot(&self, tenant: &TenantKey) -> Option<&AtomicU64> {
        let hash = self.hasher.hash_one(tenant);
        self.slots.get(usize::try_from(hash % GENERATIONS as u64).ok()?)
    }
}
