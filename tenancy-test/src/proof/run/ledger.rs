//! What a run has found, tried and not tried.

use super::Run;
use crate::proof::case::Case;
use crate::report::{Allowed, Covered, Finding, Kind, NotCovered, Notice, Report};
use crate::transport::Transport;

/// A finding, before it has its names.
pub(super) struct NewFinding {
    pub(super) kind: Kind,
    pub(super) position: String,
    pub(super) actor: usize,
    pub(super) other: usize,
    pub(super) sent: String,
    pub(super) answered: String,
    pub(super) evidence: Vec<String>,
}

impl<T: Transport> Run<'_, T> {
    pub(super) fn find(&mut self, case: &Case<'_>, finding: NewFinding) {
        let NewFinding { kind, position, actor, other, sent, answered, evidence } = finding;
        let operation = case.operation.name.clone();
        // One direction shows it.
        let known = |known: &Finding| {
            known.code == kind && known.operation == operation && known.position == position
        };
        if self.found.iter().any(known) {
            return;
        }
        let (actor, other) = (self.tenant(actor).name.clone(), self.tenant(other).name.clone());
        self.found.push(Finding { code: kind, operation, position, actor, other, sent, answered, evidence });
    }

    pub(super) fn tried(&mut self, case: &Case<'_>, what: impl Into<String>) {
        self.tried.entry(case.operation.name.clone()).or_default().insert(what.into());
    }

    /// Takes note of what could not be tried.
    pub(super) fn lacks(&mut self, operation: &str, what: String, reason: String) {
        // `GET /agents#cursor_id` leaves out the place that has this name.
        let skipped = self.proof.skipped.iter().find(|(named, _)| {
            named
                .split_once('#')
                .is_some_and(|(of, place)| of == operation && what.contains(&format!("`{place}`")))
        });
        let allowed = skipped.map(|(_, reason)| reason.clone());
        self.gap(operation, what, reason, allowed);
    }

    pub(super) fn gap(&mut self, operation: &str, what: String, reason: String, allowed: Option<String>) {
        let known = |gap: &NotCovered| gap.operation == operation && gap.what == what;
        if !self.gaps.iter().any(known) {
            self.gaps.push(NotCovered { operation: operation.to_owned(), what, reason, allowed });
        }
    }

    pub(super) fn report(self) -> Report {
        let mut report = Report::new();
        let mut needed = vec![false; self.proof.allowed.len()];
        for finding in self.found {
            let fits = |(kind, operation, _): &(Kind, String, String)| {
                *kind == finding.code && *operation == finding.operation
            };
            match self.proof.allowed.iter().position(fits) {
                Some(at) => {
                    needed[at] = true;
                    let reason = self.proof.allowed[at].2.clone();
                    report.allowed.push(Allowed { finding, reason });
                }
                None => report.findings.push(finding),
            }
        }
        report.findings.sort_by(|one, other| (one.code, &one.operation).cmp(&(other.code, &other.operation)));
        report.notices = self.notices;
        for ((kind, operation, _), needed) in self.proof.allowed.iter().zip(needed) {
            if !needed {
                let text = format!("{} is allowed, and was not found: take the allowance away", kind.code());
                report.notices.push(Notice { about: operation.clone(), text });
            }
        }
        report.not_covered = self.gaps;
        let tried = self.tried.into_iter();
        report.operations = tried
            .map(|(operation, tried)| Covered { operation, tried: tried.into_iter().collect() })
            .collect();
        report.requests = self.requests;
        report
    }
}
