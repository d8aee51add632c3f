//! What the proof has found.

mod junit;
mod kind;
mod text;

use serde::Serialize;

pub use self::kind::Kind;

/// The version of the report's JSON. It is raised when a field changes its meaning or goes; fields may be added.
const SCHEMA: &str = "tenancy-proof/1";

/// What a proof has found, tried and not tried.
///
/// `Display` is for people; `Serialize` and [`to_junit`](Self::to_junit) are for machines. The JSON has a field for each of these,
/// by the same names, beside `schema`, which is `tenancy-proof/1`.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
#[must_use = "what was found is looked at: see `assert`"]
pub struct Report {
    /// The version of the JSON.
    pub schema: &'static str,
    /// Leaks.
    pub findings: Vec<Finding>,
    /// Leaks that were allowed, with their reasons.
    pub allowed: Vec<Allowed>,
    /// What could not be tried.
    pub not_covered: Vec<NotCovered>,
    /// What was tried of each operation.
    pub operations: Vec<Covered>,
    /// What is only worth a look: times, and allowances that nothing needs. They never fail a proof.
    pub notices: Vec<Notice>,
    /// How many requests were sent.
    pub requests: u64,
}

/// A leak.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// The code of its kind, such as `P02`.
    pub code: Kind,
    /// The operation, such as `GET /agents/{id}`.
    pub operation: String,
    /// What was foreign, such as `` `id` in the path ``.
    pub position: String,
    /// Who sent it.
    pub actor: String,
    /// Whose rows are at stake.
    pub other: String,
    /// The request, without logins.
    pub sent: String,
    /// The answer.
    pub answered: String,
    /// What differed, and from what.
    pub evidence: Vec<String>,
}

/// A leak that somebody has looked at and allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Allowed {
    /// What was found.
    pub finding: Finding,
    /// Why that is all right.
    pub reason: String,
}

/// Something that could not be tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotCovered {
    /// The operation.
    pub operation: String,
    /// What of it: all of it, or a parameter.
    pub what: String,
    /// Why not, and what would help.
    pub reason: String,
    /// Why that is all right, if somebody said so. Otherwise the proof fails.
    pub allowed: Option<String>,
}

/// What was tried of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Covered {
    /// The operation.
    pub operation: String,
    /// What was tried, such as `` a foreign `id` in the path ``.
    pub tried: Vec<String>,
}

/// Something that is only worth a look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Notice {
    /// The operation, or what else it is about.
    pub about: String,
    /// What was noticed.
    pub text: String,
}

impl Report {
    pub(crate) const fn new() -> Self {
        Self {
            schema: SCHEMA,
            findings: Vec::new(),
            allowed: Vec::new(),
            not_covered: Vec::new(),
            operations: Vec::new(),
            notices: Vec::new(),
            requests: 0,
        }
    }

    /// Whether nothing was found, and nothing left out without a reason.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.not_covered.iter().all(|gap| gap.allowed.is_some())
    }

    /// Ends the test unless the report is clean.
    ///
    /// # Panics
    ///
    /// With the whole report, if anything was found, or could not be tried and was not allowed.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_clean(), "{self}");
    }

    /// As JSON, with `schema`.
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).unwrap_or_default()
    }

    /// As a JUnit file, which CI systems read: a test case for each operation.
    pub fn to_junit(&self) -> String {
        junit::write(self)
    }
}
