//! Where rates and quotas are counted.

mod quotas;
mod rates;
#[cfg(feature = "redis")]
mod redis;

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tenancy_core::names::CounterKey;
use tenancy_core::{AuditEvent, AuditSink, TracingSink};

use crate::caller::Who;
use crate::quota::{Hold, Window};
use crate::{Period, Rate, Refusal};
use quotas::Quotas;
use rates::Rates;

#[cfg(feature = "redis")]
pub use self::redis::RedisOptions;

/// Where rates and quotas are counted: in this process, or in Redis for many.
///
/// The namespace is the application's, as in [`tenancy_core::names`]: it keeps two applications on one Redis apart. A clone counts
/// in the same place. Limits that have one name, one namespace and one store are one limit.
///
/// # In the process
///
/// It forgets everything when the process ends, and another process has counts of its own. Rates take no more memory than there are tenants
/// that have used a part of theirs: who has not called for as long as a full bucket takes is forgotten, which changes nothing. Quotas take
/// an entry for each tenant and quota in the current period.
///
/// # In Redis
///
#[cfg_attr(feature = "redis", doc = "With the feature `redis`: [`Store::redis`].")]
#[cfg_attr(not(feature = "redis"), doc = "With the feature `redis`: `Store::redis`.")]
#[derive(Clone)]
pub struct Store {
    namespace: Arc<str>,
    backend: Backend,
    sink: Arc<dyn AuditSink>,
}

#[derive(Clone)]
enum Backend {
    InProcess(Arc<InProcess>),
    #[cfg(feature = "redis")]
    Redis(self::redis::Redis),
}

#[derive(Default)]
struct InProcess {
    rates: Rates,
    quotas: Quotas,
}

/// What was asked of a quota.
pub(crate) enum Reserved {
    /// There was enough.
    Held(HeldUnits),
    /// There was not.
    UsedUp { used: u64, window: Window, left: Option<Duration> },
}

/// Units that were counted, and may be given back.
pub(crate) enum HeldUnits {
    InProcess(InProcessUnits),
    #[cfg(feature = "redis")]
    Redis(self::redis::RedisUnits),
}

pub(crate) struct InProcessUnits {
    store: Arc<InProcess>,
    key: CounterKey,
    units: u64,
}

impl InProcessUnits {
    /// They are used.
    pub(crate) fn keep(mut self) {
        self.units = 0;
    }
}

impl Drop for InProcessUnits {
    fn drop(&mut self) {
        if self.units > 0 {
            self.store.quotas.give_back(&self.key, self.units);
        }
    }
}

/// What is asked of a quota.
pub(crate) struct Request<'a> {
    pub(crate) what: &'static str,
    pub(crate) period: Period,
    pub(crate) who: &'a Who,
    pub(crate) limit: u64,
    pub(crate) units: u64,
    /// `None`: they are taken for good.
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "in the process nothing lapses"))]
    pub(crate) hold: Option<Hold>,
}

impl Request<'_> {
    fn key(&self, window: &Window) -> CounterKey {
        self.who.names.counter_key(["quota", self.what, &window.id])
    }
}

impl Store {
    /// Counts in this process.
    pub fn in_process(namespace: &str) -> Self {
        Self::with(namespace, Backend::InProcess(Arc::default()))
    }

    fn with(namespace: &str, backend: Backend) -> Self {
        Self { namespace: namespace.into(), backend, sink: Arc::new(TracingSink) }
    }

    /// Reports to `sink`, in place of `tracing`, whom a store that was away let through.
    #[must_use]
    pub fn with_audit_sink(mut self, sink: impl AuditSink) -> Self {
        self.sink = Arc::new(sink);
        self
    }

    /// The application's namespace.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Counts `units`, or says how long to wait until they would be counted.
    pub(crate) async fn pass(
        &self,
        key: CounterKey,
        rate: Rate,
        units: u32,
    ) -> Result<Option<Duration>, StoreFailure> {
        match &self.backend {
            Backend::InProcess(store) => Ok(store.rates.pass(&key, rate, units)),
            #[cfg(feature = "redis")]
            Backend::Redis(redis) => redis.pass(key, rate, units).await,
        }
    }

    pub(crate) async fn reserve(&self, request: &Request<'_>) -> Result<Reserved, StoreFailure> {
        match &self.backend {
            Backend::InProcess(store) => Ok(store.reserve(request)),
            #[cfg(feature = "redis")]
            Backend::Redis(redis) => redis.reserve(request).await,
        }
    }

    /// The units that are used in the current period, and those that are reserved.
    pub(crate) async fn used(&self, request: &Request<'_>) -> Result<u64, StoreFailure> {
        match &self.backend {
            Backend::InProcess(store) => {
                Ok(store.quotas.used(&request.key(&request.period.window(store.quotas.now()))))
            }
            #[cfg(feature = "redis")]
            Backend::Redis(redis) => redis.used(request).await,
        }
    }

    /// What a limit does that was not answered: refuse, or let through and say so.
    pub(crate) fn unanswered(
        &self,
        what: &'static str,
        who: &Who,
        failure: StoreFailure,
    ) -> Result<(), Refusal> {
        if failure.lets_through {
            self.report_skipped(what, who, &failure.to_string());
            return Ok(());
        }
        Err(Refusal::Unavailable { what, source: failure.source })
    }

    pub(crate) fn report_skipped(&self, limit: &str, who: &Who, reason: &str) {
        let (principal, tenant) = (who.principal.as_str(), who.tenant.as_str());
        self.sink.record(&AuditEvent::LimitSkipped { principal, tenant, limit, reason });
    }
}

impl InProcess {
    fn reserve(self: &Arc<Self>, request: &Request<'_>) -> Reserved {
        let now = self.quotas.now();
        let window = request.period.window(now);
        let key = request.key(&window);
        match self.quotas.count(&key, &window, request.units, request.limit) {
            Ok(()) => Reserved::Held(HeldUnits::InProcess(InProcessUnits {
                store: Arc::clone(self),
                key,
                units: request.units,
            })),
            Err(used) => Reserved::UsedUp { used, left: window.left(now), window },
        }
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let backend = match self.backend {
            Backend::InProcess(_) => "in process",
            #[cfg(feature = "redis")]
            Backend::Redis(_) => "Redis",
        };
        f.debug_struct("Store")
            .field("namespace", &self.namespace)
            .field("counts", &backend)
            .finish_non_exhaustive()
    }
}

/// A store that did not answer.
#[derive(Debug)]
pub(crate) struct StoreFailure {
    pub(crate) source: Arc<dyn Error + Send + Sync>,
    /// Whether the program has said that this lets through.
    pub(crate) lets_through: bool,
}

impl fmt::Display for StoreFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

/// What a limit does when Redis does not answer.
#[cfg(feature = "redis")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenAway {
    /// Nothing is allowed: [`Refusal::Unavailable`], 503.
    #[default]
    Refuse,
    /// Everybody is let through without being counted, and each time the audit sink hears of it: [`AuditEvent::LimitSkipped`].
    ///
    /// It is for an answer that does not come, or a connection that is lost. What Redis refuses (no access, no memory left) is
    /// refused still.
    LetThrough,
}
