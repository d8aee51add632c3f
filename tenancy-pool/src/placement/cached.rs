//! A catalog whose answers are kept for a while.

use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use moka::future::Cache;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Catalog, CatalogError, Placement};

use super::Invalidations;

/// How often a lookup that an invalidation overtakes is asked again before its answer is used without being kept.
const REPEATS: usize = 3;

/// How long answers are kept, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct CacheOptions {
    time_to_live: Duration,
    capacity: u64,
}

impl CacheOptions {
    /// Thirty seconds, and a hundred thousand tenants.
    pub const fn new() -> Self {
        Self { time_to_live: Duration::from_secs(30), capacity: 100_000 }
    }

    /// The longest that an answer is used after it was given, whatever happens. Whoever moves a tenant waits that long
    /// before touching its data.
    pub const fn time_to_live(mut self, time_to_live: Duration) -> Self {
        self.time_to_live = time_to_live;
        self
    }

    /// The most tenants whose place is kept.
    pub const fn capacity(mut self, tenants: u64) -> Self {
        self.capacity = tenants;
        self
    }
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// A [`Catalog`] that keeps another's answers for a while.
///
/// Only places are kept; an error is asked for anew each time. Lookups of one tenant at one time are one question.
/// An answer whose lookup began before the tenant's [invalidation](Invalidations) is not kept, also when it arrives later.
///
/// # Examples
///
/// ```
/// use tenancy_pool::placement::{AllShared, CacheOptions, CachedCatalog};
///
/// let catalog = CachedCatalog::new(AllShared, CacheOptions::new());
/// catalog.invalidations().forget("acme");
/// ```
pub struct CachedCatalog<C> {
    catalog: C,
    answers: Cache<(u64, TenantKey), Placement>,
    invalidations: Invalidations,
    /// What tells of changes, for as long as this lives.
    _listener: Option<Box<dyn Any + Send + Sync>>,
}

impl<C: Catalog> CachedCatalog<C> {
    /// Keeps answers as long as the options say, unless [`Invalidations`] says otherwise.
    pub fn new(catalog: C, options: CacheOptions) -> Self {
        Self::with(catalog, options, Invalidations::new(true))
    }

    /// Keeps nothing until [`Invalidations::heard`], and from [`Invalidations::lost`] on nothing again: for a source of
    /// changes that may be lost.
    pub fn following(catalog: C, options: CacheOptions) -> Self {
        Self::with(catalog, options, Invalidations::new(false))
    }

    fn with(catalog: C, options: CacheOptions, invalidations: Invalidations) -> Self {
        // The cache refuses to be built with more than a thousand years.
        let time_to_live = options.time_to_live.min(Duration::from_secs(365 * 24 * 3600));
        let answers = Cache::builder().max_capacity(options.capacity).time_to_live(time_to_live).build();
        Self { catalog, answers, invalidations, _listener: None }
    }

    #[cfg(feature = "postgres")]
    pub(crate) fn keeping(self, listener: impl Any + Send + Sync) -> Self {
        Self { _listener: Some(Box::new(listener)), ..self }
    }

    /// What tells this cache that its answers are old.
    #[must_use]
    pub fn invalidations(&self) -> &Invalidations {
        &self.invalidations
    }

    /// The catalog that is asked.
    pub fn catalog(&self) -> &C {
        &self.catalog
    }
}

impl<C: Catalog> Catalog for CachedCatalog<C> {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        async move {
            for _ in 0..REPEATS {
                let Some(generation) = self.invalidations.generation(tenant.as_str()) else { break };
                let answer = self
                    .answers
                    .try_get_with((generation, tenant.clone()), self.catalog.locate(tenant))
                    .await
                    .map_err(Arc::unwrap_or_clone);
                if self.invalidations.generation(tenant.as_str()) == Some(generation) {
                    return answer;
                }
                // The question was asked before a change, and this may be the answer from before it.
            }
            self.catalog.locate(tenant).await
        }
        .boxed()
    }
}

impl<C> fmt::Debug for CachedCatalog<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedCatalog")
            .field("kept", &self.answers.entry_count())
            .field("invalidations", &self.invalidations)
            .finish_non_exhaustive()
    }
}
