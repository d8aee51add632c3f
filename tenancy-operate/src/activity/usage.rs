//! What was seen of each tenant.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::noisy::{self, NoisyNeighbour};

/// Who used the database while it was looked at.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Activity {
    /// For how long it was looked at.
    pub window_seconds: f64,
    /// How often it was looked at.
    pub samples: u32,
    /// Each tenant whose sessions were seen, who used most first.
    pub tenants: Vec<TenantActivity>,
    /// The sessions that say no tenant: statements of nobody's, other programs, pools that do not label theirs.
    pub unlabelled: Usage,
    /// The tenant that takes the others' share, if one does.
    pub noisy_neighbour: Option<NoisyNeighbour>,
}

/// A tenant's part.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TenantActivity {
    /// The tenant; where its text was too long to be in a label and the catalog does not have it, the label.
    pub tenant: String,
    /// What was seen of it.
    #[serde(flatten)]
    pub usage: Usage,
}

/// What sessions did. Times are of what was seen at each look, for as long as until the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Usage {
    /// The most connections at a time.
    pub connections: u32,
    /// How many of them ran a statement, on average.
    pub active_sessions: f64,
    /// The most that were in a transaction and ran nothing, at a time.
    pub idle_in_transaction: u32,
    /// The statements that were seen: shorter ones than lie between two looks are seen in part.
    pub statements: u64,
    /// The time in statements.
    pub active_seconds: f64,
    /// The part of it in which they waited, for a lock, the disk or anything else.
    pub waiting_seconds: f64,
    /// The longest that a statement had been running for.
    pub longest_statement_seconds: f64,
}

/// A session, at one look.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) tenant: Option<String>,
    pub(super) pid: i32,
    pub(super) state: String,
    pub(super) is_waiting: bool,
    /// When its statement began, as the server writes it.
    pub(super) statement: String,
    pub(super) running_seconds: f64,
}

/// Adds up looks.
#[derive(Debug, Default)]
pub(super) struct Sums {
    samples: u32,
    window_seconds: f64,
    of: BTreeMap<Option<String>, Sum>,
}

#[derive(Debug, Default)]
struct Sum {
    usage: Usage,
    statements: HashSet<(i32, String)>,
}

impl Sums {
    /// One look, which stands for `seconds`.
    pub(super) fn add(&mut self, seen: Vec<Seen>, seconds: f64) {
        self.samples += 1;
        self.window_seconds += seconds;
        let mut now: BTreeMap<Option<String>, (u32, u32)> = BTreeMap::new();
        for session in seen {
            let (connections, idle) = now.entry(session.tenant.clone()).or_default();
            *connections += 1;
            let sum = self.of.entry(session.tenant).or_default();
            match session.state.as_str() {
                "active" | "fastpath function call" => {
                    sum.usage.active_seconds += seconds;
                    if session.is_waiting {
                        sum.usage.waiting_seconds += seconds;
                    }
                    sum.usage.longest_statement_seconds =
                        sum.usage.longest_statement_seconds.max(session.running_seconds);
                    sum.statements.insert((session.pid, session.statement));
                }
                state if state.starts_with("idle in transaction") => *idle += 1,
                _ => {}
            }
        }
        for (tenant, (connections, idle)) in now {
            let usage = &mut self.of.entry(tenant).or_default().usage;
            usage.connections = usage.connections.max(connections);
            usage.idle_in_transaction = usage.idle_in_transaction.max(idle);
        }
    }

    pub(super) fn end(self) -> Activity {
        let window_seconds = self.window_seconds;
        let mut unlabelled = Usage::default();
        let mut tenants = Vec::new();
        for (tenant, Sum { mut usage, statements }) in self.of {
            usage.statements = statements.len() as u64;
            usage.active_sessions =
                if window_seconds > 0.0 { usage.active_seconds / window_seconds } else { 0.0 };
            match tenant {
                Some(tenant) => tenants.push(TenantActivity { tenant, usage }),
                None => unlabelled = usage,
            }
        }
        tenants.sort_by(|one, other| {
            let (one_used, other_used) = (one.usage.active_seconds, other.usage.active_seconds);
            other_used.total_cmp(&one_used).then_with(|| one.tenant.cmp(&other.tenant))
        });
        let noisy_neighbour = noisy::of(&tenants, window_seconds);
        Activity { window_seconds, samples: self.samples, tenants, unlabelled, noisy_neighbour }
    }
}
