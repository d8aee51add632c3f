//! A condition of an action.

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;

use crate::quota::SettleError;
use crate::{Asked, Permit, Refusal, Reservation};

/// A condition of an action: a flag, a limit, a quota, or something that the application knows.
///
/// # Examples
///
/// ```
/// use tenancy_core::{Scoped, TenantId};
/// use tenancy_policies::{Asked, Held, Refusal, Rule};
///
/// struct Plan { paid: bool }
///
/// /// No exports for those who have not paid.
/// struct Paid;
///
/// impl Rule<TenantId, Plan> for Paid {
///     async fn check(&self, asked: &Asked<'_, TenantId, Plan>) -> Result<Held, Refusal> {
///         if asked.details().paid { Ok(Held::nothing()) } else { Err(Refusal::denied("paid", "the last bill is open")) }
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no rule for callers with tenants `{I}` and details `{D}`",
    note = "rate limits, concurrency limits, plan limits and flags are rules for callers whose details they look at; of a quota, \
            `quota.spending(1)` is one; and `Rule` can be implemented"
)]
pub trait Rule<I, D>: Send + Sync + 'static {
    /// Whether the action is allowed, as far as this rule knows, and what it takes for that.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] when it is not, or is not known to be.
    fn check(&self, asked: &Asked<'_, I, D>) -> impl Future<Output = Result<Held, Refusal>> + Send;
}

/// What a rule has taken for the action: a permit, which is held while the action runs, or reserved units, which are used when it succeeds.
#[derive(Debug)]
#[must_use = "what is held is given back when it is dropped"]
pub struct Held(Kind);

#[derive(Debug)]
enum Kind {
    Nothing,
    Units(Reservation),
    Permit(#[expect(dead_code, reason = "held for its drop")] Permit),
}

impl Held {
    /// For a rule that only looks.
    pub const fn nothing() -> Self {
        Self(Kind::Nothing)
    }

    pub(super) async fn commit(self) -> Result<(), SettleError> {
        match self.0 {
            Kind::Units(units) => units.commit().await,
            Kind::Nothing | Kind::Permit(_) => Ok(()),
        }
    }

    pub(super) async fn commit_or_report(self) {
        if let Kind::Units(units) = self.0 {
            units.commit_or_report().await;
        }
    }

    pub(super) async fn cancel(self) {
        if let Kind::Units(units) = self.0 {
            units.cancel_or_report().await;
        }
    }
}

impl From<Reservation> for Held {
    fn from(units: Reservation) -> Self {
        Self(Kind::Units(units))
    }
}

impl From<Permit> for Held {
    fn from(permit: Permit) -> Self {
        Self(Kind::Permit(permit))
    }
}

/// A [`Rule`] of any type.
pub(super) trait AnyRule<I, D>: Send + Sync {
    fn check<'a>(&'a self, asked: &'a Asked<'_, I, D>) -> BoxFuture<'a, Result<Held, Refusal>>
    where
        D: Sync;
}

impl<I, D, R: Rule<I, D>> AnyRule<I, D> for R {
    fn check<'a>(&'a self, asked: &'a Asked<'_, I, D>) -> BoxFuture<'a, Result<Held, Refusal>>
    where
        D: Sync,
    {
        Rule::check(self, asked).boxed()
    }
}
