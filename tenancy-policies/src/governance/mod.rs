//! Whether an action is allowed, asked before it is done.

mod rule;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use tenancy_core::{AuditEvent, AuditSink, ToTenantKey, TracingSink, Unbranded};

use crate::Refusal;
use crate::caller::{Asked, Caller};
use crate::quota::{SettleError, SpendError};
use rule::AnyRule;

pub use rule::{Held, Rule};

/// Under which rules each action of the application is allowed. One that nobody has named is not.
///
/// The rules of an action are asked in their order, and the first that refuses ends it: put what only looks (flags, plans) before what
/// counts (rates, quotas). What was reserved by then is given back; what a rate has counted is not.
///
/// Each refusal is an [`AuditEvent::ActionRefused`]; what is allowed is a `DEBUG` event of the target [`TARGET`](crate::TARGET). It takes callers without a
/// brand; the scope that was branded is there still.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use tenancy_core::{TenantId, testing};
/// use tenancy_policies::{Flag, Governance, Period, Quota, Rate, RateLimit, Rules, Store};
///
/// #[derive(Clone, Copy, PartialEq, Eq)]
/// enum Plan { Free, Pro }
///
/// #[derive(Debug, PartialEq, Eq, Hash)]
/// enum Action { Export, ReadPage, DeleteEverything }
///
/// let store = Store::in_process("shop");
/// let calls = RateLimit::fixed(&store, "calls", Rate::per_second(20));
/// let exports = Quota::fixed(&store, "exports", Period::Day, 1);
/// let exporting = Flag::new("exporting").on_for(|plan: &Plan| *plan == Plan::Pro);
///
/// let governance = Governance::new()
///     .action(Action::Export, Rules::new().and(exporting).and(calls.clone()).and(exports.spending(1)))
///     .action(Action::ReadPage, Rules::new().and(calls));
///
/// let acme = testing::admitted(TenantId::new(), Plan::Pro); // from `Authority::admit_with_details`
/// let file = governance.act(&acme, &Action::Export, async { Ok::<_, std::io::Error>("export.csv") }).await?;
/// # assert_eq!(file, "export.csv");
/// assert_eq!(governance.check(&acme, &Action::Export).await.unwrap_err().status(), 429);
///
/// let globex = testing::admitted(TenantId::new(), Plan::Free);
/// assert_eq!(governance.check(&globex, &Action::Export).await.unwrap_err().to_string(), "`exporting` is turned off");
/// assert_eq!(governance.check(&acme, &Action::DeleteEverything).await.unwrap_err().status(), 403);
/// # Ok(())
/// # }
/// ```
pub struct Governance<I, D, A> {
    actions: HashMap<A, Rules<I, D>>,
    sink: Arc<dyn AuditSink>,
}

/// The rules of an action, in their order.
#[must_use]
pub struct Rules<I, D>(Vec<Box<dyn AnyRule<I, D>>>);

impl<I: 'static, D: 'static> Rules<I, D> {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These, and then `rule`.
    pub fn and(mut self, rule: impl Rule<I, D>) -> Self {
        self.0.push(Box::new(rule));
        self
    }
}

impl<I: 'static, D: 'static> Default for Rules<I, D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<I, D, A> Governance<I, D, A>
where
    I: ToTenantKey,
    D: Send + Sync + 'static,
    A: Eq + Hash + fmt::Debug + Sync,
{
    /// Nothing is allowed yet.
    #[must_use]
    pub fn new() -> Self {
        Self { actions: HashMap::new(), sink: Arc::new(TracingSink) }
    }

    /// Reports refusals to `sink`, in place of `tracing`.
    #[must_use]
    pub fn with_audit_sink(mut self, sink: impl AuditSink) -> Self {
        self.sink = Arc::new(sink);
        self
    }

    /// Allows `action` under these rules. Named twice, it has the rules of both. Without any rule it stays refused: see
    /// [`unrestricted`](Self::unrestricted).
    #[must_use]
    pub fn action(mut self, action: A, rules: Rules<I, D>) -> Self {
        if !rules.0.is_empty() {
            self.actions.entry(action).or_default().0.extend(rules.0);
        }
        self
    }

    /// Allows `action` to everybody who was admitted.
    #[must_use]
    pub fn unrestricted(mut self, action: A) -> Self {
        self.actions.entry(action).or_default();
        self
    }

    /// Whether `caller` may do `action` now.
    ///
    /// The [`Permission`] has what the rules have taken: hold it while the action runs, and commit it when it is done.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] of the first rule that refuses, and [`Refusal::NoRule`].
    ///
    /// # Cancellation
    ///
    /// What was reserved is given back.
    pub async fn check<C>(&self, caller: &C, action: &A) -> Result<Permission, Refusal>
    where
        C: Caller<D, TenantId = I, Brand = Unbranded> + Sync,
    {
        let asked = Asked::of(caller);
        let decided = self.decide(&asked, action).await;
        self.report(&asked, action, decided.as_ref().err());
        decided
    }

    /// [`check`](Self::check), then the action, then [`Permission::commit`] if it succeeds.
    ///
    /// As [`Quota::spend`](crate::Quota::spend): an action that has succeeded and cannot be counted any more is reported to the audit sink of its quota.
    ///
    /// # Errors
    ///
    /// [`SpendError::Refused`]: then the action was not begun. [`SpendError::Action`]: then what was reserved is given back.
    ///
    /// # Cancellation
    ///
    /// What was reserved is given back, whatever the action has done until then.
    pub async fn act<C, T, E>(
        &self,
        caller: &C,
        action: &A,
        work: impl Future<Output = Result<T, E>> + Send,
    ) -> Result<T, SpendError<E>>
    where
        C: Caller<D, TenantId = I, Brand = Unbranded> + Sync,
        T: Send,
        E: Send,
    {
        let permission = self.check(caller, action).await.map_err(SpendError::Refused)?;
        match work.await {
            Ok(done) => {
                for held in permission.held {
                    held.commit_or_report().await;
                }
                Ok(done)
            }
            Err(error) => {
                permission.cancel().await;
                Err(SpendError::Action(error))
            }
        }
    }

    async fn decide(&self, asked: &Asked<'_, I, D>, action: &A) -> Result<Permission, Refusal> {
        let Some(rules) = self.actions.get(action) else {
            return Err(Refusal::NoRule { what: format!("{action:?}") });
        };
        let mut permission = Permission { held: Vec::with_capacity(rules.0.len()) };
        for rule in &rules.0 {
            match rule.check(asked).await {
                Ok(held) => permission.held.push(held),
                Err(refusal) => {
                    permission.cancel().await;
                    return Err(refusal);
                }
            }
        }
        Ok(permission)
    }

    fn report(&self, asked: &Asked<'_, I, D>, action: &A, refusal: Option<&Refusal>) {
        let principal = asked.scope().admitted().principal();
        let key = asked.scope().tenant().to_tenant_key();
        let tenant = key.as_ref().map_or("", |key| key.as_str());
        let action = format!("{action:?}");
        match refusal {
            Some(refusal) => {
                let reason = refusal.to_string();
                self.sink.record(&AuditEvent::ActionRefused {
                    principal,
                    tenant,
                    action: &action,
                    reason: &reason,
                });
            }
            None => tracing::debug!(target: crate::TARGET, principal, tenant, action, "action allowed"),
        }
    }
}

impl<I, D, A> Default for Governance<I, D, A>
where
    I: ToTenantKey,
    D: Send + Sync + 'static,
    A: Eq + Hash + fmt::Debug + Sync,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<I, D, A: fmt::Debug> fmt::Debug for Governance<I, D, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.actions.iter()).finish()
    }
}

impl<I, D> fmt::Debug for Rules<I, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rules", self.0.len())
    }
}

/// An action is allowed, and this is what its rules have taken for it. Dropped, it is given back.
#[derive(Debug)]
#[must_use = "a permission that is dropped gives back what was reserved: commit it when the action is done"]
pub struct Permission {
    held: Vec<Held>,
}

impl Permission {
    /// Says that the action is done: reserved units are used, and permits given back.
    ///
    /// # Errors
    ///
    /// The first [`SettleError`]. The others are settled still.
    pub async fn commit(self) -> Result<(), SettleError> {
        let mut outcome = Ok(());
        for held in self.held {
            outcome = outcome.and(held.commit().await);
        }
        outcome
    }

    /// Gives back what was reserved, and waits until it is.
    pub async fn cancel(self) {
        for held in self.held {
            held.cancel().await;
        }
    }
}
