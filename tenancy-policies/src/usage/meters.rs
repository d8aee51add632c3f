//! Counting, and sending what was counted.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use tenancy_core::{InvalidTenantKey, Scoped, TenantKey, ToTenantKey};
use tokio::time::{sleep, timeout};

use super::batch::{Usage, UsageBatch, UsageSink};

/// How many pairs of tenant and meter are counted between two flushes if nothing else is said.
const PAIRS: usize = 100_000;

/// After how long a batch is sent again at a shutdown, at first and at last. The time doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Something that is counted: `Meter::new("api.requests")`, as a constant of the program, so that no request makes a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meter {
    name: &'static str,
}

impl Meter {
    /// A meter of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self { name }
    }

    /// Its name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// Counts what tenants use, and sends it to a [`UsageSink`] in batches.
///
/// - Memory is bounded: one number for each tenant and meter, of which there may be so many, and a second such set while it is being sent.
/// - A batch that the sink did not take is sent again, the same under the same id, until it does. Meanwhile counting goes on.
/// - [`shutdown`](Self::shutdown) sends what is left, and gives it back when it cannot. Dropped without it, what is lost is reported.
///
/// What was counted since the last flush is lost with a process that dies. For what must not be, write a row in the transaction of what
/// is billed.
///
/// # Examples
///
/// ```
/// # use std::convert::Infallible;
/// # use tenancy_policies::{UsageBatch, UsageSink};
/// # struct Kept;
/// # impl UsageSink for Kept {
/// #     type Error = Infallible;
/// #     async fn write(&self, batch: &UsageBatch) -> Result<(), Infallible> {
/// #         assert_eq!(batch.usage[0].units, 3);
/// #         Ok(())
/// #     }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
/// use tenancy_core::testing;
/// use tenancy_policies::{Meter, UsageMeters};
///
/// const REQUESTS: Meter = Meter::new("api.requests");
///
/// let meters = UsageMeters::new(Kept); // a `UsageSink`
/// let flushing = tokio::spawn({
///     let meters = meters.clone();
///     async move { meters.flush_every(Duration::from_secs(10)).await }
/// });
///
/// let scope = testing::scope("acme"); // from `Authority::admit`
/// meters.record(&scope, &REQUESTS, 1)?;
/// meters.record(&scope, &REQUESTS, 2)?;
///
/// // When the server has stopped serving:
/// flushing.abort();
/// meters.shutdown(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
pub struct UsageMeters<S: UsageSink>(Arc<Inner<S>>);

struct Inner<S> {
    sink: S,
    state: Mutex<State>,
    /// One batch is on its way at a time.
    flight: tokio::sync::Mutex<()>,
    pairs: usize,
}

struct State {
    counts: HashMap<(TenantKey, &'static str), u64>,
    since: SystemTime,
    /// What is being sent, or has to be sent again.
    sealed: Option<Arc<UsageBatch>>,
    closed: bool,
}

impl<S: UsageSink> UsageMeters<S> {
    /// Counts up to a hundred thousand pairs of tenant and meter between two flushes.
    pub fn new(sink: S) -> Self {
        Self::with_capacity(sink, PAIRS)
    }

    /// Counts up to so many pairs of tenant and meter between two flushes.
    pub fn with_capacity(sink: S, pairs: usize) -> Self {
        let state = State { counts: HashMap::new(), since: SystemTime::now(), sealed: None, closed: false };
        Self(Arc::new(Inner { sink, state: Mutex::new(state), flight: tokio::sync::Mutex::default(), pairs }))
    }

    /// Counts `units`. It does not wait.
    ///
    /// # Errors
    ///
    /// [`MeterError`], when they are not counted.
    pub fn record<I: ToTenantKey, B>(
        &self,
        scope: &Scoped<I, B>,
        meter: &Meter,
        units: u64,
    ) -> Result<(), MeterError> {
        let tenant = scope.tenant().to_tenant_key()?;
        let mut state = self.0.lock();
        if state.closed {
            return Err(MeterError::ShutDown);
        }
        let key = (tenant, meter.name);
        let counted = state.counts.get(&key).copied();
        if counted.is_none() && state.counts.len() >= self.0.pairs {
            return Err(MeterError::Full { pairs: self.0.pairs });
        }
        let sum = counted.unwrap_or(0).checked_add(units).ok_or(MeterError::TooMuch)?;
        state.counts.insert(key, sum);
        Ok(())
    }

    /// Sends what was counted until now.
    ///
    /// # Errors
    ///
    /// [`FlushError`] when the sink did not take a batch. It is kept, and sent again by the next call.
    ///
    /// # Cancellation
    ///
    /// A batch that was on its way is sent again by the next call.
    pub async fn flush(&self) -> Result<(), FlushError> {
        let _flight = self.0.flight.lock().await;
        // What is left of an earlier call, and then what has been counted since.
        let mut fresh = false;
        while !fresh {
            let batch;
            (batch, fresh) = self.0.next();
            let Some(batch) = batch else { return Ok(()) };
            if let Err(error) = self.0.sink.write(&batch).await {
                return Err(FlushError { id: batch.id, pairs: batch.usage.len(), source: Arc::new(error) });
            }
            self.0.lock().sealed = None;
        }
        Ok(())
    }

    /// Flushes again and again, and reports by `tracing` when the sink does not take a batch. It ends when the meters are shut down.
    ///
    /// # Cancellation
    ///
    /// Nothing is lost: it is sent by whoever flushes next.
    pub async fn flush_every(&self, interval: Duration) {
        // Of no time would be a busy loop.
        let interval = interval.max(Duration::from_millis(1));
        loop {
            sleep(interval).await;
            if let Err(error) = self.flush().await {
                tracing::warn!(target: crate::TARGET, batch = %error.id, pairs = error.pairs, error = %error.source, "usage is not written yet");
            }
            if self.0.lock().closed {
                return;
            }
        }
    }

    /// Counts nothing from now on, and sends what is left, again and again for as long as `patience`.
    ///
    /// # Errors
    ///
    /// [`Unflushed`] has what the sink did not take, for the caller to keep elsewhere.
    pub async fn shutdown(&self, patience: Duration) -> Result<(), Unflushed> {
        // Under the lock that counting takes: what was recorded is in the map, and what is not has failed.
        self.0.lock().closed = true;
        let mut source = None;
        let flushing = async {
            let mut pause = FIRST_PAUSE;
            while let Err(error) = self.flush().await {
                source = Some(error.source);
                sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        };
        if timeout(patience, flushing).await.is_ok() {
            return Ok(());
        }
        let batches = self.0.take_all();
        if batches.is_empty() { Ok(()) } else { Err(Unflushed { batches, source }) }
    }
}

impl<S> Inner<S> {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A panic under the lock leaves the state whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The batch to send now, and whether it is the last that is worth sending.
    fn next(&self) -> (Option<Arc<UsageBatch>>, bool) {
        let mut state = self.lock();
        if let Some(batch) = &state.sealed {
            return (Some(Arc::clone(batch)), false);
        }
        let batch = state.seal().map(Arc::new);
        state.sealed.clone_from(&batch);
        (batch, true)
    }

    fn take_all(&self) -> Vec<UsageBatch> {
        let mut state = self.lock();
        let sealed = state.sealed.take().map(Arc::unwrap_or_clone);
        sealed.into_iter().chain(state.seal()).collect()
    }
}

impl State {
    fn seal(&mut self) -> Option<UsageBatch> {
        if self.counts.is_empty() {
            return None;
        }
        let counts = std::mem::take(&mut self.counts);
        let usage =
            counts.into_iter().map(|((tenant, meter), units)| Usage { tenant, meter, units }).collect();
        let batch = UsageBatch::new(self.since, usage);
        self.since = batch.to;
        Some(batch)
    }
}

impl<S> Drop for Inner<S> {
    fn drop(&mut self) {
        let batches = self.take_all();
        if !batches.is_empty() {
            let pairs: usize = batches.iter().map(|batch| batch.usage.len()).sum();
            tracing::error!(target: crate::TARGET, pairs, "usage is lost: the meters were dropped without `shutdown`");
        }
    }
}

impl<S: UsageSink> Clone for UsageMeters<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S: UsageSink> fmt::Debug for UsageMeters<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.0.lock();
        f.debug_struct("UsageMeters")
            .field("pairs", &state.counts.len())
            .field("closed", &state.closed)
            .finish_non_exhaustive()
    }
}

/// Units were not counted.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MeterError {
    /// There are as many pairs of tenant and meter as may be counted between two flushes.
    #[error(
        "usage is not counted: {pairs} pairs of tenant and meter are, which is the most between two flushes; flush more often, \
         or raise the capacity"
    )]
    Full {
        /// The most.
        pairs: usize,
    },
    /// More than a number of 64 bits has.
    #[error("usage is not counted: there would be more than 2^64 units between two flushes")]
    TooMuch,
    /// The meters were shut down.
    #[error("usage is not counted: the meters are shut down")]
    ShutDown,
    /// The tenant's id has no text to count by.
    #[error("nothing can be counted for this tenant")]
    Tenant(#[from] InvalidTenantKey),
}

/// The sink did not take a batch, which is kept and sent again.
#[derive(Clone, Debug, thiserror::Error)]
#[error(
    "the usage of {pairs} pairs of tenant and meter is not written yet (batch {id}): it is kept, and sent again"
)]
#[non_exhaustive]
pub struct FlushError {
    /// The batch.
    pub id: uuid::Uuid,
    /// How many pairs of tenant and meter are in it.
    pub pairs: usize,
    /// What the sink said.
    #[source]
    pub source: Arc<dyn Error + Send + Sync>,
}

/// The sink did not take what was left at a shutdown: here it is.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{} batches of usage are not written: keep them elsewhere, and write them under their ids", .batches.len())]
#[non_exhaustive]
pub struct Unflushed {
    /// What was not taken. The first may have been, if its answer was lost: its id tells.
    pub batches: Vec<UsageBatch>,
    /// What the sink said. `None` if it said nothing in time.
    #[source]
    pub source: Option<Arc<dyn Error + Send + Sync>>,
}
