//! So often.

use std::fmt;
use std::sync::Arc;

use tenancy_core::ToTenantKey;

use crate::allowance::Allowance;
use crate::caller::{Caller, Who};
use crate::store::Store;
use crate::{Asked, Held, Rate, Refusal, Rule};

/// So often for each tenant, or for each principal in each tenant.
///
/// The key is the scope's: no header that a client writes makes another bucket, and only those who were admitted have one. A bucket
/// belongs to its rate, too: a tenant whose plan changes begins a new one, and where a rule gives the principals of a tenant different rates, those
/// of one rate share a bucket.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tenancy_policies::Refusal> {
/// use tenancy_core::testing;
/// use tenancy_policies::{Rate, RateLimit, Store};
///
/// let store = Store::in_process("shop");
/// let api = RateLimit::fixed(&store, "api", Rate::per_second(50).burst(2));
///
/// let (acme, globex) = (testing::scope("acme"), testing::scope("globex")); // from `Authority::admit`
/// api.check(&acme).await?;
/// api.check(&acme).await?;
/// let refused = api.check(&acme).await.unwrap_err();
/// assert_eq!(refused.status(), 429);
/// assert!(refused.retry_after().is_some());
///
/// api.check(&globex).await?; // nobody else is slowed
/// # Ok(())
/// # }
/// ```
///
/// ## By the plan, and for each person
///
/// ```
/// use tenancy_policies::{Rate, RateLimit, Store};
///
/// enum Plan { Free, Pro }
///
/// let store = Store::in_process("shop");
/// let search = RateLimit::new(&store, "search", |plan: &Plan| match plan {
///     Plan::Free => Rate::per_minute(10),
///     Plan::Pro => Rate::per_second(10),
/// })
/// .for_each_principal();
/// ```
pub struct RateLimit<D = ()>(Arc<Inner<D>>);

struct Inner<D> {
    store: Store,
    what: &'static str,
    each: Each,
    rate: Box<dyn Fn(&D) -> Allowance<Rate> + Send + Sync>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Each {
    Tenant,
    Principal,
}

impl<D: 'static> RateLimit<D> {
    /// A rate that depends on the details of the caller, such as its plan.
    ///
    /// `what` is its name: limits of one name in one store are one.
    pub fn new<L: Into<Allowance<Rate>>>(
        store: &Store,
        what: &'static str,
        rate: impl Fn(&D) -> L + Send + Sync + 'static,
    ) -> Self {
        let rate = Box::new(move |details: &D| rate(details).into());
        Self(Arc::new(Inner { store: store.clone(), what, each: Each::Tenant, rate }))
    }

    /// The same for everybody.
    pub fn fixed(store: &Store, what: &'static str, rate: Rate) -> Self {
        Self::new(store, what, move |_| rate)
    }

    /// A bucket for each principal of each tenant, in place of one for the tenant. Have one of each, if many principals are not to
    /// make a tenant fast.
    #[must_use]
    pub fn for_each_principal(self) -> Self {
        let (store, what) = (self.0.store.clone(), self.0.what);
        let rate = Box::new(move |details: &D| (self.0.rate)(details));
        Self(Arc::new(Inner { store, what, each: Each::Principal, rate }))
    }

    /// Counts one call.
    ///
    /// # Errors
    ///
    /// [`Refusal::TooFast`] with how long to wait, [`Refusal::NotInPlan`], and [`Refusal::Unavailable`] when the store does not answer.
    /// A call that is refused is not counted.
    ///
    /// # Cancellation
    ///
    /// The call may be counted.
    pub fn check<C: Caller<D>>(
        &self,
        caller: &C,
    ) -> impl Future<Output = Result<(), Refusal>> + Send + use<C, D> {
        self.check_many(caller, 1)
    }

    /// Counts `units` calls, or none of them.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check), and [`Refusal::OverPlan`] for more than a burst, which no waiting allows.
    ///
    /// # Cancellation
    ///
    /// They may be counted.
    pub fn check_many<C: Caller<D>>(
        &self,
        caller: &C,
        units: u32,
    ) -> impl Future<Output = Result<(), Refusal>> + Send + use<C, D> {
        let inner = Arc::clone(&self.0);
        let rate = (inner.rate)(caller.details());
        let who = Who::of(caller, inner.store.namespace());
        async move {
            let (what, who) = (inner.what, who?);
            let rate = match rate {
                Allowance::NotInPlan => return Err(Refusal::NotInPlan { what }),
                Allowance::AtMost(rate) if rate.burst_size() == 0 => return Err(Refusal::NotInPlan { what }),
                Allowance::Unlimited => return Ok(()),
                Allowance::AtMost(rate) => rate,
            };
            if units > rate.burst_size() {
                return Err(Refusal::OverPlan { what, limit: rate.burst_size().into(), asked: units.into() });
            }
            if units == 0 {
                return Ok(());
            }
            let rate_part = rate.as_part();
            let key = match inner.each {
                Each::Tenant => who.names.counter_key(["rate", what, &rate_part]),
                Each::Principal => who.names.counter_key(["rate", what, &rate_part, &who.principal]),
            };
            match inner.store.pass(key, rate, units).await {
                Ok(None) => Ok(()),
                Ok(Some(retry_after)) => Err(Refusal::TooFast { what, retry_after }),
                Err(failure) => inner.store.unanswered(what, &who, failure),
            }
        }
    }
}

impl<I: ToTenantKey, D: Send + Sync + 'static> Rule<I, D> for RateLimit<D> {
    async fn check(&self, asked: &Asked<'_, I, D>) -> Result<Held, Refusal> {
        Self::check(self, asked).await.map(|()| Held::nothing())
    }
}

impl<D> Clone for RateLimit<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<D> fmt::Debug for RateLimit<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { store, what, each, .. } = &*self.0;
        f.debug_struct("RateLimit")
            .field("what", what)
            .field("each", each)
            .field("store", store)
            .finish_non_exhaustive()
    }
}
