//! Plans, and what each of them has.

use tenancy_diesel::{AuditSink, TenantId};
use tenancy_policies::redis::aio::ConnectionManager;
use tenancy_policies::{Allowance, Governance, Period, Quota, Rate, RateLimit, RedisOptions, Rules, Store};

use crate::model::membership::Standing;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    Free,
    Studio,
}

impl Plan {
    /// The plan of this name. A name that nobody knows has least.
    #[must_use]
    pub fn of(name: &str) -> Self {
        if name == Self::Studio.as_str() { Self::Studio } else { Self::Free }
    }

    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Studio => "studio",
        }
    }

    /// How many agents there may be.
    #[must_use]
    pub const fn agents(self) -> i64 {
        match self {
            Self::Free => 3,
            Self::Studio => 50,
        }
    }

    /// How many executions there may be in a day.
    #[must_use]
    pub const fn executions(self) -> u64 {
        match self {
            Self::Free => 5,
            Self::Studio => 200,
        }
    }
}

/// What is asked about before it is done.
#[derive(Debug, PartialEq, Eq, Hash)]
pub enum Action {
    Execute,
    Export,
}

/// The rules, and where they count.
pub struct Policies {
    pub governance: Governance<TenantId, Standing, Action>,
    pub executions: Quota<Standing>,
}

impl Policies {
    /// Counted in the process, or in Redis where there is one. What cannot be counted is not allowed; what is refused is in the operator's audit trail.
    #[must_use]
    pub fn new(redis: Option<ConnectionManager>, trail: impl AuditSink) -> Self {
        let store = match redis {
            Some(redis) => Store::redis("saas", redis, RedisOptions::new()),
            None => Store::in_process("saas"),
        };
        let executions = Quota::new(&store, "executions", Period::Day, |standing: &Standing| {
            Allowance::AtMost(standing.plan.executions())
        });
        let starts = RateLimit::fixed(&store, "starts", Rate::per_second(5).burst(20));
        let exports = RateLimit::fixed(&store, "exports", Rate::per_minute(6).burst(10));
        let governance = Governance::new()
            .with_audit_sink(trail)
            .action(Action::Execute, Rules::new().and(starts).and(executions.spending(1)))
            .action(Action::Export, Rules::new().and(exports));
        Self { governance, executions }
    }
}
