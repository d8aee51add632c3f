//! What is opened for the places of tenants: few at a time, however many there are.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::ops::Deref;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt as _};
use tokio::sync::{Notify, OnceCell};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use tenancy_core::placement::DatabaseAddress;

/// How many pools there may be, and how long an unused one stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct DatabasePoolsOptions {
    max_pools: usize,
    idle_timeout: Duration,
    acquire_timeout: Duration,
}

impl DatabasePoolsOptions {
    /// Sixteen pools, closed five minutes after their last use, and five seconds of waiting when all are in use.
    pub const fn new() -> Self {
        Self {
            max_pools: 16,
            idle_timeout: Duration::from_secs(300),
            acquire_timeout: Duration::from_secs(5),
        }
    }

    /// The most pools that are open at a time, at least one. Together with the connections that each may have this bounds
    /// the connections of the process.
    pub const fn max_pools(mut self, pools: usize) -> Self {
        self.max_pools = if pools == 0 { 1 } else { pools };
        self
    }

    /// How long a pool stays open after its last use.
    pub const fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    /// How long to wait for a place when all pools are in use.
    pub const fn acquire_timeout(mut self, timeout: Duration) -> Self {
        self.acquire_timeout = timeout;
        self
    }
}

impl Default for DatabasePoolsOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// DatabasePools by the address of their database.
///
/// A pool opens when it is first asked for, once, however many ask. When there are as many as
/// [may be](DatabasePoolsOptions::max_pools), the one that was unused for longest is closed for the new one; one in use, that is with a
/// [`DatabasePoolGuard`], is never closed, and when all are in use the caller waits a while and is then refused. What has not been used
/// for a [time](DatabasePoolsOptions::idle_timeout) is closed.
///
/// To close a pool is to drop it. This is a handle: its clones are the same set.
pub struct DatabasePools<P> {
    set: Arc<Set<P>>,
    open: Arc<Open<P>>,
}

type Cause = Arc<dyn Error + Send + Sync>;
type Open<P> = dyn Fn(DatabaseAddress) -> BoxFuture<'static, Result<P, Cause>> + Send + Sync;

struct Set<P> {
    options: DatabasePoolsOptions,
    state: Mutex<State<P>>,
    /// A lease has ended, or a place has become free.
    freed: Notify,
}

struct State<P> {
    places: HashMap<DatabaseAddress, Place<P>>,
    opened: u64,
    closed: u64,
    refused: u64,
    /// Closes idle pools, while there are any.
    sweeper: Option<JoinHandle<()>>,
}

struct Place<P> {
    /// Held by the leases as well: when only this is left it is in nobody's use. It is cloned under the lock only.
    pool: Arc<OnceCell<P>>,
    last_used: Instant,
}

impl<P: Clone + Send + Sync + 'static> DatabasePools<P> {
    /// An empty set; `open` opens a pool.
    ///
    /// `open` has to end by itself: there is no other limit to how long it may take.
    pub fn new<F, E>(
        options: DatabasePoolsOptions,
        open: impl Fn(DatabaseAddress) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<P, E>> + Send + 'static,
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let state = State { places: HashMap::new(), opened: 0, closed: 0, refused: 0, sweeper: None };
        let set = Set { options, state: Mutex::new(state), freed: Notify::new() };
        let open =
            move |address| open(address).map(|opened| opened.map_err(|error| error.into().into())).boxed();
        Self { set: Arc::new(set), open: Arc::new(open) }
    }

    /// The pool of `address`, opened if need be. It stays open at least as long as the lease lives.
    ///
    /// # Errors
    ///
    /// [`DatabasePoolError::Open`] when it cannot be opened, which is tried anew the next time; [`DatabasePoolError::AllInUse`] when as
    /// many as may be are in use, and stay so.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime that has its timer.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves no lease. A pool that was being opened is opened by whoever else waits for it, or not.
    pub async fn get(&self, address: &DatabaseAddress) -> Result<DatabasePoolGuard<P>, DatabasePoolError> {
        let hold = match self.set.hold(address) {
            Some(hold) => hold,
            None => self.wait_for(address).await?,
        };
        match hold.pool.get_or_try_init(|| self.open(address)).await.cloned() {
            Ok(value) => Ok(DatabasePoolGuard { value, _hold: hold }),
            Err(source) => {
                drop(hold);
                self.set.close(|at, place| at == address && !place.pool.initialized());
                Err(DatabasePoolError::Open { address: address.clone(), source })
            }
        }
    }

    async fn open(&self, address: &DatabaseAddress) -> Result<P, Cause> {
        let pool = (self.open)(address.clone()).await?;
        self.set.lock().opened += 1;
        Ok(pool)
    }

    /// Waits until one of the pools can be closed for this one.
    async fn wait_for(&self, address: &DatabaseAddress) -> Result<Hold<P>, DatabasePoolError> {
        let DatabasePoolsOptions { max_pools, acquire_timeout, .. } = self.set.options;
        let freed = async {
            loop {
                let mut freed = pin!(self.set.freed.notified());
                // Before the look: what becomes free after it wakes us.
                freed.as_mut().enable();
                if let Some(hold) = self.set.hold(address) {
                    return hold;
                }
                freed.await;
            }
        };
        timeout(acquire_timeout, freed).await.map_err(|_| {
            self.set.lock().refused += 1;
            DatabasePoolError::AllInUse { address: address.clone(), max_pools, waited: acquire_timeout }
        })
    }

    /// How many there are and were.
    #[must_use]
    pub fn state(&self) -> DatabasePoolsState {
        let state = self.set.lock();
        DatabasePoolsState {
            open: state.places.values().filter(|place| place.pool.initialized()).count(),
            in_use: state.places.values().filter(|place| !place.is_unused()).count(),
            opened: state.opened,
            closed: state.closed,
            refused: state.refused,
        }
    }

    /// Closes every pool that is not in use.
    pub fn close_unused(&self) {
        self.set.close(|_, _| true);
    }
}

impl<P: Send + Sync + 'static> Set<P> {
    /// A hold on the place of `address`, which is made if there is room or an unused pool can make it.
    fn hold(self: &Arc<Self>, address: &DatabaseAddress) -> Option<Hold<P>> {
        let mut state = self.lock();
        if let Some(place) = state.places.get(address) {
            return Some(self.hold_on(address, &place.pool));
        }
        let mut evicted = None;
        if state.places.len() >= self.options.max_pools {
            let unused = state.places.iter().filter(|(_, place)| place.is_unused());
            let oldest = unused.min_by_key(|(_, place)| place.last_used)?.0.clone();
            evicted = state.remove(&oldest);
        }
        let pool = Arc::new(OnceCell::new());
        let hold = self.hold_on(address, &pool);
        state.places.insert(address.clone(), Place { pool, last_used: Instant::now() });
        if state.sweeper.as_ref().is_none_or(JoinHandle::is_finished) {
            state.sweeper = Some(tokio::spawn(sweep(Arc::downgrade(self), self.options.idle_timeout)));
        }
        drop(state);
        // Not under the lock: what closing a pool does is not known here.
        drop(evicted);
        Some(hold)
    }

    fn hold_on(self: &Arc<Self>, address: &DatabaseAddress, pool: &Arc<OnceCell<P>>) -> Hold<P> {
        Hold { address: address.clone(), pool: pool.clone(), freed: Freed(self.clone()) }
    }
}

impl<P> Set<P> {
    fn lock(&self) -> MutexGuard<'_, State<P>> {
        // Whole after every statement, so a panic under the lock leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the unused pools that `which` chooses.
    fn close(&self, which: impl Fn(&DatabaseAddress, &Place<P>) -> bool) {
        let mut state = self.lock();
        let chosen: Vec<_> = state
            .places
            .iter()
            .filter(|(address, place)| place.is_unused() && which(address, place))
            .map(|(address, _)| address.clone())
            .collect();
        let removed: Vec<_> = chosen.iter().filter_map(|address| state.remove(address)).collect();
        drop(state);
        if !removed.is_empty() {
            drop(removed);
            self.freed.notify_waiters();
        }
    }
}

impl<P> State<P> {
    fn remove(&mut self, address: &DatabaseAddress) -> Option<Arc<OnceCell<P>>> {
        let place = self.places.remove(address)?;
        self.closed += u64::from(place.pool.initialized());
        Some(place.pool)
    }
}

impl<P> Place<P> {
    fn is_unused(&self) -> bool {
        Arc::strong_count(&self.pool) == 1
    }
}

/// Closes what has been unused for `idle`, as long as there is anything.
async fn sweep<P>(set: Weak<Set<P>>, idle: Duration) {
    // Often enough that nothing stays much longer than it should, and not more often than is worth it.
    let pause = (idle / 4).clamp(Duration::from_millis(10), Duration::from_secs(60));
    loop {
        sleep(pause).await;
        let Some(set) = set.upgrade() else { return };
        let now = Instant::now();
        set.close(|_, place| now.duration_since(place.last_used) >= idle);
        let mut state = set.lock();
        if state.places.is_empty() {
            // Under the lock, so that whoever adds a pool starts another sweeper.
            state.sweeper = None;
            return;
        }
    }
}

impl<P> Clone for DatabasePools<P> {
    fn clone(&self) -> Self {
        Self { set: self.set.clone(), open: self.open.clone() }
    }
}

impl<P> fmt::Debug for DatabasePools<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabasePools").field("options", &self.set.options).finish_non_exhaustive()
    }
}

/// A pool that is in use: it is not closed as long as this lives.
///
/// Whoever takes a connection from the pool keeps the lease at least as long as the connection; a clone of the pool is not
/// counted.
#[must_use = "the pool may be closed when its lease is dropped"]
pub struct DatabasePoolGuard<P> {
    // In this order: the pool is no longer in use when its hold ends.
    value: P,
    _hold: Hold<P>,
}

impl<P> Deref for DatabasePoolGuard<P> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.value
    }
}

impl<P> fmt::Debug for DatabasePoolGuard<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatabasePoolGuard").field("address", &self._hold.address).finish_non_exhaustive()
    }
}

/// Keeps a place from being taken away.
struct Hold<P> {
    // In this order: those who wait are told when it is free.
    pool: Arc<OnceCell<P>>,
    freed: Freed<P>,
    address: DatabaseAddress,
}

impl<P> Drop for Hold<P> {
    fn drop(&mut self) {
        let mut state = self.freed.0.lock();
        if let Some(place) = state.places.get_mut(&self.address) {
            place.last_used = Instant::now();
        }
    }
}

/// Tells those who wait that a hold has ended.
struct Freed<P>(Arc<Set<P>>);

impl<P> Drop for Freed<P> {
    fn drop(&mut self) {
        self.0.freed.notify_waiters();
    }
}

/// How many pools there are and were, for metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DatabasePoolsState {
    /// The pools that are open now.
    pub open: usize,
    /// The pools that are in use now, or being opened.
    pub in_use: usize,
    /// The pools that have been opened.
    pub opened: u64,
    /// The pools that have been closed.
    pub closed: u64,
    /// The requests refused because all were in use.
    pub refused: u64,
}

/// Why there is no pool.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabasePoolError {
    /// The pool could not be opened.
    #[error("no pool for {address} could be opened: see the cause, and whether the address is the tenant's")]
    Open {
        /// The database.
        address: DatabaseAddress,
        /// Why not.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// There are as many pools as may be, and all are in use.
    #[error(
        "no pool for {address}: all {max_pools} pools were in use for {waited:?}; allow more with \
         `DatabasePoolsOptions::max_pools`, or put these tenants into fewer databases"
    )]
    AllInUse {
        /// The database whose pool was asked for.
        address: DatabaseAddress,
        /// How many there may be.
        max_pools: usize,
        /// How long one of them was waited for.
        waited: Duration,
    },
}
