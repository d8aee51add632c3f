//! So many in a period, counted before they are used.

mod period;
mod reservation;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::allowance::Allowance;
use crate::caller::{Caller, Who};
use crate::store::{Request, Reserved, Store};
use crate::{Asked, Held, Refusal, Rule};
use tenancy_core::ToTenantKey;

pub use period::Period;
pub(crate) use period::{Window, now};
pub use reservation::{Reservation, SettleError, SpendError};

/// The most units of a quota: floats, which Lua has, count to 2⁵³ exactly.
pub(crate) const MOST_UNITS: u64 = (1 << 53) - 1;

/// What becomes of units that were reserved and neither used nor given back, because the process that reserved them has died.
///
/// Only a store that outlives the process knows the difference: in the process itself a reservation that is dropped is given
/// back, and what is in memory dies with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Hold {
    /// They are given back after this time. Let it be longer than the action may take: an action that ends later has its units
    /// counted still, above the limit if others have taken them, and [`Reservation::commit`] says so.
    For(Duration),
    /// They stay used until the period ends: nothing passes twice, and a crash costs the tenant what was reserved.
    UntilSettled,
}

/// So many units for a tenant in a period. Counting and acting are one step: however many ask at once, no two get the last unit.
///
/// [`reserve`](Self::reserve) counts units and gives a [`Reservation`], which is committed when the action is done, and gives them back when it is
/// cancelled or dropped. [`spend`](Self::spend) does so around a future; [`take`](Self::take) counts for good, in one step.
///
/// What counts in the application's own database, such as the number of a tenant's projects, has no place here: a count that is kept elsewhere drifts
/// from the rows. Count it in the transaction that adds the row, and let a [`PlanLimit`](crate::PlanLimit) say the most; the README has the statement.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tenancy_core::testing;
/// use tenancy_policies::{Allowance, Period, Quota, Refusal, SpendError, Store};
///
/// #[derive(Clone, Copy)]
/// enum Plan { Free, Pro }
///
/// let store = Store::in_process("shop");
/// let exports = Quota::new(&store, "exports", Period::Month, |plan: &Plan| match plan {
///     Plan::Free => Allowance::NotInPlan,
///     Plan::Pro => Allowance::AtMost(2),
/// });
///
/// let acme = testing::admitted("acme", Plan::Pro); // from `Authority::admit_with_details`
/// let file = exports.spend(&acme, 1, async { Ok::<_, std::io::Error>("export.csv") }).await?;
/// # assert_eq!(file, "export.csv");
///
/// // An action that fails costs nothing.
/// let failed = exports.spend(&acme, 1, async { Err::<(), _>(std::io::Error::other("disk")) }).await;
/// assert!(matches!(failed, Err(SpendError::Action(_))));
///
/// exports.take(&acme, 1).await?;
/// let refused = exports.take(&acme, 1).await.unwrap_err();
/// assert_eq!((refused.status(), refused.retry_after().is_some()), (429, true));
///
/// let globex = testing::admitted("globex", Plan::Free);
/// assert_eq!(exports.take(&globex, 1).await.unwrap_err().status(), 403);
/// # Ok(())
/// # }
/// ```
pub struct Quota<D = ()>(Arc<Inner<D>>);

struct Inner<D> {
    store: Store,
    what: &'static str,
    period: Period,
    hold: Hold,
    limit: Limit<D>,
}

type Limit<D> = Box<dyn Fn(&D) -> Allowance<u64> + Send + Sync>;

/// How long units are held if nothing else is said.
const HOLD: Hold = Hold::For(Duration::from_secs(300));

impl<D: 'static> Quota<D> {
    /// A quota that depends on the details of the caller, such as its plan.
    ///
    /// `what` is its name: quotas of one name in one store are one.
    pub fn new<L: Into<Allowance<u64>>>(
        store: &Store,
        what: &'static str,
        period: Period,
        limit: impl Fn(&D) -> L + Send + Sync + 'static,
    ) -> Self {
        let limit = Box::new(move |details: &D| limit(details).into());
        Self(Arc::new(Inner { store: store.clone(), what, period, hold: HOLD, limit }))
    }

    /// The same for everybody.
    pub fn fixed(store: &Store, what: &'static str, period: Period, limit: u64) -> Self {
        Self::new(store, what, period, move |_| limit)
    }

    /// What becomes of reserved units when their process dies: five minutes, if nothing else is said.
    #[must_use]
    pub fn hold(self, hold: Hold) -> Self {
        let Inner { store, what, period, .. } = &*self.0;
        let (store, what, period) = (store.clone(), *what, *period);
        // One that was cloned already goes on as it is.
        let limit = Box::new(move |details: &D| (self.0.limit)(details));
        Self(Arc::new(Inner { store, what, period, hold, limit }))
    }

    /// Counts `units`, until the [`Reservation`] is dropped or settled.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotInPlan`], [`Refusal::OverPlan`] for more than the quota has in all, [`Refusal::UsedUp`], and [`Refusal::Unavailable`] when
    /// the store does not answer.
    ///
    /// # Cancellation
    ///
    /// Units that were counted while nobody waited any more are given back.
    pub fn reserve<C: Caller<D>>(
        &self,
        caller: &C,
        units: u64,
    ) -> impl Future<Output = Result<Reservation, Refusal>> + Send + use<C, D> {
        self.ask(caller, units, Some(self.0.hold))
    }

    /// Counts `units` for good: for what cannot be given back, or is not worth it.
    ///
    /// # Errors
    ///
    /// As [`reserve`](Self::reserve).
    ///
    /// # Cancellation
    ///
    /// They may be counted.
    pub fn take<C: Caller<D>>(
        &self,
        caller: &C,
        units: u64,
    ) -> impl Future<Output = Result<(), Refusal>> + Send + use<C, D> {
        let asked = self.ask(caller, units, None);
        async move { asked.await.map(Reservation::forget) }
    }

    /// Reserves `units`, runs the action, and uses them if it succeeds.
    ///
    /// When the action has succeeded and the store does not answer any more, its answer is returned, and the audit sink is told that it
    /// may not be counted.
    ///
    /// # Errors
    ///
    /// [`SpendError::Refused`] as [`reserve`](Self::reserve): then the action was not begun. [`SpendError::Action`] when it failed: then
    /// nothing was used.
    ///
    /// # Cancellation
    ///
    /// The units of an action that was dropped are given back, whatever it has done until then. Spawn one that must not be.
    pub fn spend<C: Caller<D>, T, E, A>(
        &self,
        caller: &C,
        units: u64,
        action: A,
    ) -> impl Future<Output = Result<T, SpendError<E>>> + Send + use<C, D, T, E, A>
    where
        T: Send,
        E: Send,
        A: Future<Output = Result<T, E>> + Send,
    {
        let reserved = self.reserve(caller, units);
        async move {
            let reservation = reserved.await.map_err(SpendError::Refused)?;
            match action.await {
                Ok(done) => {
                    reservation.commit_or_report().await;
                    Ok(done)
                }
                Err(error) => {
                    reservation.cancel_or_report().await;
                    Err(SpendError::Action(error))
                }
            }
        }
    }

    /// How many units are used or reserved in this period.
    ///
    /// For a page that shows it. It decides nothing: when it is read, it is past.
    ///
    /// # Errors
    ///
    /// [`Refusal::Unavailable`] when the store does not answer.
    pub fn used<C: Caller<D>>(
        &self,
        caller: &C,
    ) -> impl Future<Output = Result<u64, Refusal>> + Send + use<C, D> {
        let (inner, who) = (Arc::clone(&self.0), Who::of(caller, self.0.store.namespace()));
        async move {
            let request = inner.request(&who?, 0, 0, None).used().await;
            request.map_err(|failure| Refusal::Unavailable { what: inner.what, source: failure.source })
        }
    }

    /// A rule of a [`Governance`](crate::Governance) that spends so many units of this quota.
    #[must_use]
    pub fn spending(&self, units: u64) -> Spending<D> {
        Spending { quota: self.clone(), units }
    }

    fn ask<C: Caller<D>>(
        &self,
        caller: &C,
        units: u64,
        hold: Option<Hold>,
    ) -> impl Future<Output = Result<Reservation, Refusal>> + Send + use<C, D> {
        let inner = Arc::clone(&self.0);
        let limit = (inner.limit)(caller.details());
        let who = Who::of(caller, inner.store.namespace());
        async move {
            let (what, who) = (inner.what, who?);
            let limit = match limit {
                Allowance::NotInPlan | Allowance::AtMost(0) => return Err(Refusal::NotInPlan { what }),
                Allowance::Unlimited => return Ok(Reservation::uncounted(what, units)),
                Allowance::AtMost(limit) => limit.min(MOST_UNITS),
            };
            if units > limit {
                return Err(Refusal::OverPlan { what, limit, asked: units });
            }
            if units == 0 {
                return Ok(Reservation::uncounted(what, 0));
            }
            match inner.request(&who, limit, units, hold).reserve().await {
                Ok(Reserved::Held(held)) => {
                    Ok(Reservation::held(inner.store.clone(), what, units, who, held))
                }
                Ok(Reserved::UsedUp { used, window, left }) => {
                    let until = window.until();
                    Err(Refusal::UsedUp { what, limit, used, asked: units, until, retry_after: left })
                }
                Err(failure) => {
                    inner.store.unanswered(what, &who, failure)?;
                    Ok(Reservation::uncounted(what, units))
                }
            }
        }
    }
}

/// A request with the store that answers it.
struct Asking<'a> {
    store: &'a Store,
    request: Request<'a>,
}

impl<D> Inner<D> {
    fn request<'a>(&'a self, who: &'a Who, limit: u64, units: u64, hold: Option<Hold>) -> Asking<'a> {
        let request = Request { what: self.what, period: self.period, who, limit, units, hold };
        Asking { store: &self.store, request }
    }
}

impl Asking<'_> {
    async fn reserve(&self) -> Result<Reserved, crate::store::StoreFailure> {
        self.store.reserve(&self.request).await
    }

    async fn used(&self) -> Result<u64, crate::store::StoreFailure> {
        self.store.used(&self.request).await
    }
}

/// A [`Rule`] that spends units of a [`Quota`]: [`Quota::spending`].
#[derive(Clone, Debug)]
pub struct Spending<D> {
    quota: Quota<D>,
    units: u64,
}

impl<I: ToTenantKey, D: Send + Sync + 'static> Rule<I, D> for Spending<D> {
    async fn check(&self, asked: &Asked<'_, I, D>) -> Result<Held, Refusal> {
        self.quota.reserve(asked, self.units).await.map(Held::from)
    }
}

impl<D> Clone for Quota<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<D> fmt::Debug for Quota<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { store, what, period, hold, .. } = &*self.0;
        f.debug_struct("Quota")
            .field("what", what)
            .field("period", period)
            .field("hold", hold)
            .field("store", store)
            .finish_non_exhaustive()
    }
}
