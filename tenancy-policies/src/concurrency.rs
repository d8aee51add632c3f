//! So many at once.

use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tenancy_core::{TenantKey, ToTenantKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::allowance::Allowance;
use crate::caller::Caller;
use crate::{Asked, Held, Refusal, Rule};

/// Below this many entries the dead ones are not worth looking for.
const SWEEP_FROM: usize = 64;

/// How many may wait for each tenant if nothing else is said.
const WAITING: usize = 64;

/// So many at once for each tenant, in this process.
///
/// Those of one tenant get in in the order in which they came, and never wait for another tenant's. How many may wait is bounded, too: what
/// floods a tenant's limit fills no memory. A [`Permit`] is given back when it is dropped, by a panic or a cancelled future as well.
///
/// Callers of one tenant whose details give them different limits, by role for example, are counted apart: the tenant as a whole has the sum of them.
/// Where a tenant is to have one limit, let it depend on what is the same for all of its callers, such as its plan. A tenant whose plan changes has both limits
/// until the permits of the old one are given back.
///
/// A clone is the same limit. It counts in this process only: for many, divide the limit among them, as one does with connections.
///
/// # Examples
///
/// ```
/// use tenancy_core::testing;
/// use tenancy_policies::ConcurrencyLimit;
///
/// let exports = ConcurrencyLimit::fixed("exports", 1);
/// let (acme, globex) = (testing::scope("acme"), testing::scope("globex")); // from `Authority::admit`
///
/// let permit = exports.try_acquire(&acme)?;
/// assert_eq!(exports.try_acquire(&acme).unwrap_err().status(), 429);
/// exports.try_acquire(&globex)?; // another tenant's
/// drop(permit);
/// exports.try_acquire(&acme)?;
/// # Ok::<(), tenancy_policies::Refusal>(())
/// ```
pub struct ConcurrencyLimit<D = ()>(Arc<Inner<D>>);

struct Inner<D> {
    what: &'static str,
    waiting: usize,
    patience: Duration,
    limit: Box<dyn Fn(&D) -> Allowance<usize> + Send + Sync>,
    /// Of the tenants that hold or wait for one; a permit keeps its own. By the limit, too: a tenant whose plan changes begins a new one.
    tenants: Mutex<HashMap<(TenantKey, usize), Weak<Tenant>>>,
}

struct Tenant {
    permits: Arc<Semaphore>,
    waiting: AtomicUsize,
}

impl<D: 'static> ConcurrencyLimit<D> {
    /// A limit that depends on the details of the caller, such as its plan.
    pub fn new<L: Into<Allowance<usize>>>(
        what: &'static str,
        limit: impl Fn(&D) -> L + Send + Sync + 'static,
    ) -> Self {
        let limit = Box::new(move |details: &D| limit(details).into());
        Self(Arc::new(Inner {
            what,
            waiting: WAITING,
            patience: Duration::from_secs(30),
            limit,
            tenants: Mutex::default(),
        }))
    }

    /// The same for everybody.
    pub fn fixed(what: &'static str, limit: usize) -> Self {
        Self::new(what, move |_| limit)
    }

    /// How many may wait for each tenant, and for how long: 64, and thirty seconds, if nothing else is said.
    ///
    /// It begins to count anew: call it before the limit is used.
    #[must_use]
    pub fn waiting(self, most: usize, patience: Duration) -> Self {
        let what = self.0.what;
        let limit = Box::new(move |details: &D| (self.0.limit)(details));
        Self(Arc::new(Inner { what, waiting: most, patience, limit, tenants: Mutex::default() }))
    }

    /// Waits for a permit.
    ///
    /// # Errors
    ///
    /// [`Refusal::Busy`] when as many as may are waiting already, or none is free in time, and [`Refusal::NotInPlan`].
    ///
    /// # Cancellation
    ///
    /// Whoever stops waiting has no permit, and is not waited for.
    pub fn acquire<C: Caller<D>>(
        &self,
        caller: &C,
    ) -> impl Future<Output = Result<Permit, Refusal>> + Send + use<C, D> {
        let found = self.tenant(caller);
        let (what, most, patience) = (self.0.what, self.0.waiting, self.0.patience);
        async move {
            let Some((tenant, limit)) = found? else { return Ok(Permit::unlimited()) };
            // Whoever waits is before us: a free permit is theirs.
            if let Ok(permit) = Arc::clone(&tenant.permits).try_acquire_owned() {
                return Ok(Permit::of(permit, tenant));
            }
            let busy = Refusal::Busy { what, limit };
            let Some(_waiting) = Waiting::in_line(&tenant, most) else { return Err(busy) };
            match timeout(patience, Arc::clone(&tenant.permits).acquire_owned()).await {
                Ok(Ok(permit)) => Ok(Permit::of(permit, Arc::clone(&tenant))),
                // It is never closed; if it were, nobody should get in.
                Ok(Err(_)) | Err(_) => Err(busy),
            }
        }
    }

    /// A permit, if one is free.
    ///
    /// # Errors
    ///
    /// [`Refusal::Busy`], [`Refusal::NotInPlan`].
    pub fn try_acquire(&self, caller: &impl Caller<D>) -> Result<Permit, Refusal> {
        let Some((tenant, limit)) = self.tenant(caller)? else { return Ok(Permit::unlimited()) };
        match Arc::clone(&tenant.permits).try_acquire_owned() {
            Ok(permit) => Ok(Permit::of(permit, tenant)),
            Err(_) => Err(Refusal::Busy { what: self.0.what, limit }),
        }
    }

    fn tenant(&self, caller: &impl Caller<D>) -> Result<Option<(Arc<Tenant>, usize)>, Refusal> {
        let what = self.0.what;
        let limit = match (self.0.limit)(caller.details()) {
            Allowance::NotInPlan | Allowance::AtMost(0) => return Err(Refusal::NotInPlan { what }),
            Allowance::Unlimited => return Ok(None),
            // A semaphore has no more.
            Allowance::AtMost(limit) => limit.min(Semaphore::MAX_PERMITS),
        };
        let key = (caller.scope().tenant().to_tenant_key()?, limit);
        // A panic under the lock leaves the map whole.
        let mut tenants = self.0.tenants.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tenant) = tenants.get(&key).and_then(Weak::upgrade) {
            return Ok(Some((tenant, limit)));
        }
        // When the map is about to grow, so that its size follows the tenants that are at work.
        if tenants.len() >= SWEEP_FROM && tenants.len() == tenants.capacity() {
            tenants.retain(|_, tenant| tenant.strong_count() > 0);
        }
        let permits = Arc::new(Semaphore::new(limit));
        let tenant = Arc::new(Tenant { permits, waiting: AtomicUsize::new(0) });
        tenants.insert(key, Arc::downgrade(&tenant));
        Ok(Some((tenant, limit)))
    }
}

/// A place in the line, given up when it is dropped.
struct Waiting<'a>(&'a Tenant);

impl<'a> Waiting<'a> {
    fn in_line(tenant: &'a Tenant, most: usize) -> Option<Self> {
        let one_more = |waiting: usize| (waiting < most).then_some(waiting + 1);
        tenant.waiting.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).ok().map(|_| Self(tenant))
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Permission to be at work, until it is dropped.
#[must_use = "a permit that is dropped is given back: hold it while at work"]
pub struct Permit {
    _permit: Option<OwnedSemaphorePermit>,
    /// After the permit: what is counted in lives as long as anybody counts.
    _tenant: Option<Arc<Tenant>>,
}

impl Permit {
    fn of(permit: OwnedSemaphorePermit, tenant: Arc<Tenant>) -> Self {
        Self { _permit: Some(permit), _tenant: Some(tenant) }
    }

    const fn unlimited() -> Self {
        Self { _permit: None, _tenant: None }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Permit").finish_non_exhaustive()
    }
}

/// As a rule it waits for a permit, which is held for as long as the [`Permission`](crate::Permission).
impl<I: ToTenantKey, D: Send + Sync + 'static> Rule<I, D> for ConcurrencyLimit<D> {
    async fn check(&self, asked: &Asked<'_, I, D>) -> Result<Held, Refusal> {
        self.acquire(asked).await.map(Held::from)
    }
}

impl<D> Clone for ConcurrencyLimit<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<D> fmt::Debug for ConcurrencyLimit<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrencyLimit").field("what", &self.0.what).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tenancy_core::testing;

    use super::*;

    /// F29: first come, first served, and a task that is cancelled keeps nobody waiting.
    #[tokio::test]
    async fn f29_permits_are_given_in_order_and_come_back_when_a_future_is_dropped() {
        let limit = ConcurrencyLimit::fixed("exports", 1);
        let acme = testing::scope("acme");
        let held = limit.acquire(&acme).await.unwrap();
        let (mut first, mut second, mut third) =
            (Box::pin(limit.acquire(&acme)), Box::pin(limit.acquire(&acme)), Box::pin(limit.acquire(&acme)));
        for waiting in [&mut first, &mut second, &mut third] {
            assert!(waiting.now_or_never().is_none());
        }
        drop(second);
        drop(held);
        assert!((&mut third).now_or_never().is_none(), "the first is before it");
        let working = async {
            let _permit = first.await.unwrap();
            std::future::pending::<()>().await;
        };
        assert!(Box::pin(working).now_or_never().is_none());
        assert!(third.now_or_never().is_some_and(|permit| permit.is_ok()));
    }

    /// F29: a flood fills no memory, and what a tenant holds keeps nobody else.
    #[tokio::test]
    async fn f29_who_waits_is_bounded_and_other_tenants_do_not_wait() {
        let limit = ConcurrencyLimit::fixed("exports", 1).waiting(2, Duration::from_secs(3600));
        let (acme, globex) = (testing::scope("acme"), testing::scope("globex"));
        let _held = limit.acquire(&acme).await.unwrap();
        let mut line: Vec<_> = (0..2).map(|_| Box::pin(limit.acquire(&acme))).collect();
        assert!(line.iter_mut().all(|waiting| waiting.now_or_never().is_none()));
        let refused = limit.acquire(&acme).now_or_never().expect("it does not wait").unwrap_err();
        assert!(matches!(refused, Refusal::Busy { limit: 1, .. }));
        let _other = limit.acquire(&globex).await.unwrap();
        line.pop();
        assert!(limit.acquire(&acme).now_or_never().is_none(), "a place is free again");
    }

    #[tokio::test(start_paused = true)]
    async fn f29_nobody_waits_for_ever() {
        let limit = ConcurrencyLimit::fixed("exports", 1);
        let acme = testing::scope("acme");
        let _held = limit.acquire(&acme).await.unwrap();
        assert!(matches!(limit.acquire(&acme).await, Err(Refusal::Busy { .. })));
    }

    #[test]
    fn f29_tenants_that_are_not_at_work_are_forgotten() {
        let limit = ConcurrencyLimit::fixed("exports", 1);
        let _held = limit.try_acquire(&testing::scope(0)).unwrap();
        for tenant in 1..10_000 {
            let _ = limit.try_acquire(&testing::scope(tenant)).unwrap();
        }
        assert!(limit.0.tenants.lock().unwrap().capacity() < 1000);
        assert!(limit.try_acquire(&testing::scope(0)).is_err(), "one that is at work is not");
    }

    #[test]
    fn f14_a_plan_without_it_is_refused_for_good() {
        let limit = ConcurrencyLimit::new("exports", |most: &usize| *most);
        let refused = limit.try_acquire(&testing::admitted("acme", 0)).unwrap_err();
        assert_eq!(refused.status(), 403);
        let unlimited = ConcurrencyLimit::new("exports", |_: &usize| Allowance::Unlimited);
        let _ = unlimited.try_acquire(&testing::admitted("acme", 0)).unwrap();
    }
}
