//! What a run did.

use serde::Serialize;

use super::target::Target;

/// How a target ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// There was nothing to apply.
    UpToDate,
    /// All that was pending is applied.
    Migrated,
    /// A migration, or the way to the target, failed; those before it are applied.
    Failed,
    /// The run was stopped by a failure elsewhere before it had come to the end of this one, or to its beginning.
    NotReached,
}

/// One target of a run.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct TargetReport {
    /// Which.
    pub target: Target,
    /// How it ended.
    pub outcome: Outcome,
    /// The migrations that this run applied, by name.
    pub applied: Vec<String>,
    /// How many times a migration was tried again.
    pub retries: u32,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
}

/// What a run did, target by target.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The targets, in order.
    pub targets: Vec<TargetReport>,
    /// How many migrations were applied in all.
    pub applied: usize,
    /// Whether the run ended after the canaries because it was asked to.
    pub only_canaries: bool,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

impl Report {
    /// The targets that ended so.
    pub fn ended(&self, outcome: Outcome) -> impl Iterator<Item = &TargetReport> {
        self.targets.iter().filter(move |target| target.outcome == outcome)
    }
}
