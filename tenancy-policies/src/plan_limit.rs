//! So many in all.

use std::fmt;
use std::sync::Arc;

use tenancy_core::ToTenantKey;

use crate::allowance::Allowance;
use crate::caller::Caller;
use crate::{Asked, Held, Refusal, Rule};

/// So many in all, or so large, by the plan: seats, projects, the size of a file. It counts nothing: the caller says how many there would be.
///
/// # Examples
///
/// ```
/// use tenancy_core::testing;
/// use tenancy_policies::{Allowance, PlanLimit};
///
/// enum Plan { Free, Pro }
///
/// let projects = PlanLimit::new("projects", |plan: &Plan| match plan {
///     Plan::Free => Allowance::AtMost(3),
///     Plan::Pro => Allowance::Unlimited,
/// });
///
/// let acme = testing::admitted("acme", Plan::Free); // from `Authority::admit_with_details`
/// projects.check(&acme, 3)?;
/// let refused = projects.check(&acme, 4).unwrap_err();
/// assert_eq!(refused.status(), 403);
/// assert_eq!(refused.to_string(), "`projects`: 4 were asked for, and 3 are the most that this plan allows");
///
/// // For the statement that counts and adds in one step:
/// assert_eq!(projects.of(&acme), Allowance::AtMost(3));
/// # Ok::<(), tenancy_policies::Refusal>(())
/// ```
pub struct PlanLimit<D> {
    what: &'static str,
    limit: Arc<dyn Fn(&D) -> Allowance<u64> + Send + Sync>,
}

impl<D> PlanLimit<D> {
    /// A limit by the details of the caller, such as its plan.
    pub fn new<L: Into<Allowance<u64>>>(
        what: &'static str,
        limit: impl Fn(&D) -> L + Send + Sync + 'static,
    ) -> Self {
        Self { what, limit: Arc::new(move |details| limit(details).into()) }
    }

    /// What the plan of `caller` allows.
    pub fn of(&self, caller: &impl Caller<D>) -> Allowance<u64> {
        (self.limit)(caller.details())
    }

    /// Whether there may be as many as `in_all`.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotInPlan`] and [`Refusal::OverPlan`].
    pub fn check(&self, caller: &impl Caller<D>, in_all: u64) -> Result<(), Refusal> {
        let what = self.what;
        match self.of(caller) {
            Allowance::NotInPlan | Allowance::AtMost(0) => Err(Refusal::NotInPlan { what }),
            Allowance::AtMost(limit) if in_all > limit => {
                Err(Refusal::OverPlan { what, limit, asked: in_all })
            }
            Allowance::AtMost(_) | Allowance::Unlimited => Ok(()),
        }
    }
}

/// As a rule it says whether the plan has it at all.
impl<I: ToTenantKey, D: Send + Sync + 'static> Rule<I, D> for PlanLimit<D> {
    async fn check(&self, asked: &Asked<'_, I, D>) -> Result<Held, Refusal> {
        Self::check(self, asked, 1).map(|()| Held::nothing())
    }
}

impl<D> Clone for PlanLimit<D> {
    fn clone(&self) -> Self {
        Self { what: self.what, limit: Arc::clone(&self.limit) }
    }
}

impl<D> fmt::Debug for PlanLimit<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanLimit").field("what", &self.what).finish_non_exhaustive()
    }
}
