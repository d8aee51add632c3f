//! What tells a cache that its answers are old.

use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How many generations there are. Tenants that share one lose their cached answers together, which costs a lookup.
const GENERATIONS: usize = 1024;

/// Tells a [`CachedCatalog`](super::CachedCatalog) that its answers are old.
///
/// Every tenant has a generation, and a cached answer belongs to the one in which its lookup *began*. Advancing it
/// therefore forgets the answers that are there and those that are on their way.
#[derive(Clone)]
pub struct Invalidations(Arc<State>);

struct State {
    generations: Box<[AtomicU64]>,
    hasher: RandomState,
    /// Whether changes are heard of. While they are not, nothing is cached.
    heard: AtomicBool,
}

impl Invalidations {
    pub(super) fn new(heard: bool) -> Self {
        Self(Arc::new(State {
            generations: (0..GENERATIONS).map(|_| AtomicU64::new(0)).collect(),
            hasher: RandomState::new(),
            heard: AtomicBool::new(heard),
        }))
    }

    /// Forgets what is known of one tenant.
    pub fn forget(&self, tenant: &str) {
        if let Some(generation) = self.slot(tenant) {
            generation.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        for generation in &self.0.generations {
            generation.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// From now on every change is heard of: answers that are looked up from now on may be kept.
    pub fn heard(&self) {
        // In this order: what was looked up before belongs to an old generation when the cache is used again.
        self.forget_all();
        self.0.heard.store(true, Ordering::SeqCst);
    }

    /// Changes are no longer heard of: nothing is kept, and every lookup asks the catalog itself.
    pub fn lost(&self) {
        self.0.heard.store(false, Ordering::SeqCst);
        self.forget_all();
    }

    /// Whether changes are heard of, and answers kept.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.0.heard.load(Ordering::SeqCst)
    }

    /// The generation that a lookup beginning now belongs to; `None` when its answer may not be kept.
    pub(super) fn generation(&self, tenant: &str) -> Option<u64> {
        // The generation first: if changes are lost in between, either it is an old one or `None` is the answer.
        let generation = self.slot(tenant)?.load(Ordering::SeqCst);
        self.is_heard().then_some(generation)
    }

    fn slot(&self, tenant: &str) -> Option<&AtomicU64> {
        let hash = self.0.hasher.hash_one(tenant);
        self.0.generations.get(usize::try_from(hash % GENERATIONS as u64).ok()?)
    }
}

impl fmt::Debug for Invalidations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invalidations").field("heard", &self.is_heard()).finish_non_exhaustive()
    }
}
