//! Why something was not allowed.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tenancy_core::InvalidTenantKey;

/// The name that the application gave a limit, a quota, a flag or a rule: what [`Refusal::limit`] says refused.
///
/// It is a constant of the program, so it may be shown to a client, and compared: `refusal.limit().is_some_and(|limit| limit == "exports")`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LimitName(&'static str);

impl LimitName {
    /// The name.
    #[must_use]
    pub const fn as_str(&self) -> &'static str {
        self.0
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl PartialEq<&str> for LimitName {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

/// Why a policy did not allow something.
///
/// What a plan does not have, and no waiting changes, is told apart from what is used up for now:
/// [`is_for_now`](Self::is_for_now), [`retry_after`](Self::retry_after), and [`status`](Self::status) for HTTP.
///
/// | Refusal | Status |
/// |---|---|
/// | [`NotInPlan`](Self::NotInPlan), [`OverPlan`](Self::OverPlan), [`TurnedOff`](Self::TurnedOff), [`Denied`](Self::Denied), [`NoRule`](Self::NoRule) | 403 |
/// | [`TooFast`](Self::TooFast), [`UsedUp`](Self::UsedUp), [`Busy`](Self::Busy) | 429 |
/// | [`Unavailable`](Self::Unavailable) | 503 |
/// | [`Tenant`](Self::Tenant) | 500 |
///
/// Messages name the limit and the plan's figures, and neither tenant nor principal: they may be shown to the caller.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The tenant's plan does not have this at all.
    #[error("`{what}` is not in this plan")]
    NotInPlan {
        /// The limit.
        what: &'static str,
    },
    /// More was asked for than the plan has in all.
    #[error("`{what}`: {asked} were asked for, and {limit} are the most that this plan allows")]
    OverPlan {
        /// The limit.
        what: &'static str,
        /// The most that there may be.
        limit: u64,
        /// How many there would be.
        asked: u64,
    },
    /// The feature is off for this tenant.
    #[error("`{what}` is turned off")]
    TurnedOff {
        /// The flag.
        what: &'static str,
    },
    /// A rule of the application's does not allow it.
    #[error("`{what}` is not allowed: {reason}")]
    Denied {
        /// The rule.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// Nobody has said under which rules this action is allowed.
    #[error(
        "no rule says whether `{what}` is allowed, so it is not: name it with `Governance::action`, or with \
         `Governance::unrestricted` if it needs no rule"
    )]
    NoRule {
        /// The action.
        what: String,
    },
    /// Too much in too short a time.
    #[error("`{what}` is asked for too often: again in {} ms", .retry_after.as_millis())]
    TooFast {
        /// The limit.
        what: &'static str,
        /// After how long it would be allowed, if nobody else of the tenant's asks.
        retry_after: Duration,
    },
    /// The quota of this period is used up.
    #[error("`{what}`: {used} of {limit} are used, and {asked} more were asked for{}", until_words(.until.as_ref()))]
    UsedUp {
        /// The quota.
        what: &'static str,
        /// The most in a period.
        limit: u64,
        /// How many are used, or reserved.
        used: u64,
        /// How many more were asked for.
        asked: u64,
        /// When the period ends. `None` for a quota that is for ever.
        until: Option<SystemTime>,
        /// How long that is, by the clock that counted.
        retry_after: Option<Duration>,
    },
    /// As many as may be at work at once are.
    #[error("`{what}`: {limit} are at work, which is the most at once")]
    Busy {
        /// The limit.
        what: &'static str,
        /// The most at once.
        limit: usize,
    },
    /// What counts or knows did not answer. Without its answer nothing is allowed.
    #[error("`{what}` cannot be decided, because what knows does not answer")]
    Unavailable {
        /// The limit.
        what: &'static str,
        /// What happened.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The tenant's id has no text to count by.
    #[error("nothing can be counted for this tenant")]
    Tenant(#[from] InvalidTenantKey),
}

fn until_words(until: Option<&SystemTime>) -> String {
    until.map_or_else(String::new, |until| {
        let seconds = until.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let date =
            i64::try_from(seconds).ok().and_then(|at| time::OffsetDateTime::from_unix_timestamp(at).ok());
        date.map_or_else(String::new, |date| {
            let (hour, minute) = (date.hour(), date.minute());
            format!("; until {} {hour:02}:{minute:02} UTC", date.date())
        })
    })
}

impl Refusal {
    /// A refusal by a rule of the application's.
    pub fn denied(what: &'static str, reason: impl Into<String>) -> Self {
        Self::Denied { what, reason: reason.into() }
    }

    pub(crate) fn unavailable(what: &'static str, source: impl Error + Send + Sync + 'static) -> Self {
        Self::Unavailable { what, source: Arc::new(source) }
    }

    /// The status of an HTTP response that says this.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::NotInPlan { .. }
            | Self::OverPlan { .. }
            | Self::TurnedOff { .. }
            | Self::Denied { .. }
            | Self::NoRule { .. } => 403,
            Self::TooFast { .. } | Self::UsedUp { .. } | Self::Busy { .. } => 429,
            Self::Unavailable { .. } => 503,
            Self::Tenant(_) => 500,
        }
    }

    /// Whether the same may be allowed later without a change of plan.
    #[must_use]
    pub const fn is_for_now(&self) -> bool {
        matches!(self.status(), 429 | 503)
    }

    /// For the header `Retry-After`, rounded up to seconds: how long to wait, where that is known.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::TooFast { retry_after, .. } => Some(*retry_after),
            Self::UsedUp { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The limit, quota, flag or rule that refused, by the name that it was made with. `None` where none did: nobody has said under which rules the
    /// action is allowed ([`NoRule`](Self::NoRule)), or the tenant's id has no text ([`Tenant`](Self::Tenant)).
    #[must_use]
    pub const fn limit(&self) -> Option<LimitName> {
        match self {
            Self::NotInPlan { what }
            | Self::OverPlan { what, .. }
            | Self::TurnedOff { what }
            | Self::Denied { what, .. }
            | Self::TooFast { what, .. }
            | Self::UsedUp { what, .. }
            | Self::Busy { what, .. }
            | Self::Unavailable { what, .. } => Some(LimitName(what)),
            Self::NoRule { .. } | Self::Tenant(_) => None,
        }
    }

    /// The limit, flag, rule or action that refused, for a message. [`limit`](Self::limit) is what code asks.
    #[must_use]
    pub fn what(&self) -> &str {
        match self {
            Self::NotInPlan { what }
            | Self::OverPlan { what, .. }
            | Self::TurnedOff { what }
            | Self::Denied { what, .. }
            | Self::TooFast { what, .. }
            | Self::UsedUp { what, .. }
            | Self::Busy { what, .. }
            | Self::Unavailable { what, .. } => what,
            Self::NoRule { what } => what,
            Self::Tenant(_) => "tenant",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_names_its_limit_and_no_value() {
        let limit = Refusal::Busy { what: "imports", limit: 2 }.limit();
        assert!(limit.is_some_and(|limit| limit == "imports" && limit.as_str() == "imports"));
        assert_eq!(Refusal::NoRule { what: "Delete(7)".to_owned() }.limit(), None);
    }

    /// F14: what the plan does not have is 403, and what is used up is 429 and says until when.
    #[test]
    fn f14_a_plan_and_a_quota_are_told_apart() {
        let plan = Refusal::NotInPlan { what: "exports" };
        assert_eq!((plan.status(), plan.is_for_now(), plan.retry_after()), (403, false, None));

        let december = SystemTime::UNIX_EPOCH + Duration::from_secs(1_796_083_200);
        let wait = Some(Duration::from_secs(60));
        let used = Refusal::UsedUp {
            what: "exports",
            limit: 10,
            used: 10,
            asked: 1,
            until: Some(december),
            retry_after: wait,
        };
        assert_eq!((used.status(), used.is_for_now(), used.retry_after()), (429, true, wait));
        assert_eq!(
            used.to_string(),
            "`exports`: 10 of 10 are used, and 1 more were asked for; until 2026-12-01 00:00 UTC"
        );
    }
}
