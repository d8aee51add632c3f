//! What an outcome means.

use super::compare::{Earlier, Outcome, Question};
use super::{NewFinding, Run};
use crate::proof::answer::{Answer, cut};
use crate::proof::case::Case;
use crate::proof::facts::Difference;
use crate::report::Kind;
use crate::transport::Transport;

/// How often a difference has to be seen, one after the other, before it is believed.
///
/// What a coin decides of each answer, such as which of two machines gives it, is the same in all 16 that exist nowhere and the other one
/// in all 8 that are foreign once in eight million times.
const ROUNDS: usize = 8;

/// How often a service may answer the same question differently before it cannot be compared.
const UNSTEADY: usize = 3;

/// What a leak is called where it is found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Names {
    /// The other tenant's rows were changed.
    pub(super) changed: Kind,
    /// What is refused for an id that exists nowhere was granted, and something was read.
    pub(super) read: Kind,
    /// The same of a write.
    pub(super) accepted: Kind,
    /// A text of the other's stood in the answer.
    pub(super) text: Kind,
    /// Any other difference; `None`: by its place.
    pub(super) told: Option<Kind>,
}

impl Names {
    /// Of ids.
    pub(super) const IDS: Self = Self {
        changed: Kind::OtherTenantChanged,
        read: Kind::OtherTenantRead,
        accepted: Kind::ForeignIdAccepted,
        text: Kind::TextOfOtherTenant,
        told: None,
    };

    /// Where all of it has one name.
    pub(super) const fn all(kind: Kind) -> Self {
        Self { changed: kind, read: kind, accepted: kind, text: kind, told: Some(kind) }
    }
}

/// A leak, and what shows it.
pub(super) struct Verdict {
    pub(super) kind: Kind,
    pub(super) evidence: Vec<String>,
    sent: String,
    answered: String,
}

impl<T: Transport> Run<'_, T> {
    /// Asks, and reports what is a leak. A difference that may have come by chance has to come again.
    pub(super) async fn examine(
        &mut self,
        case: &Case<'_>,
        question: &Question<'_>,
        names: Names,
        position: &str,
    ) -> Result<Option<Kind>, String> {
        self.tried(case, position);
        let mut verdict = None;
        let (mut earlier, mut unsteady) = (Earlier::default(), 0);
        for _ in 0..ROUNDS {
            let outcome = self.compare(case, question, &mut earlier).await?;
            if outcome.is_unsteady && outcome.other_changed.is_empty() {
                unsteady += 1;
                if unsteady < UNSTEADY {
                    earlier = Earlier::default();
                    continue;
                }
                let statuses: Vec<String> =
                    outcome.controls.iter().map(|answer| answer.status.to_string()).collect();
                return Err(format!(
                    "what exists nowhere is answered now so and now otherwise: {}",
                    statuses.join(", ")
                ));
            }
            let Some((found, is_certain)) = self.judge(&outcome, question, names) else { return Ok(None) };
            verdict = Some(found);
            if is_certain {
                break;
            }
        }
        let Some(verdict) = verdict else { return Ok(None) };
        let kind = verdict.kind;
        self.find(case, verdict.at(position, question.actor, question.other));
        Ok(Some(kind))
    }

    /// The gravest thing that an outcome shows, and whether it cannot be chance.
    fn judge(&self, outcome: &Outcome, question: &Question<'_>, names: Names) -> Option<(Verdict, bool)> {
        let answer = &outcome.foreign.answer;
        let control = outcome.controls.first()?;
        let markers = self.markers(question.other);
        let marker = answer.marker(&markers);
        let granted = answer.is_granted() && !outcome.controls.iter().any(Answer::is_granted);
        let differs =
            |what: &str| outcome.differences.iter().any(|difference| difference.fact.starts_with(what));
        let mut evidence = Vec::new();
        let (kind, is_certain) = if !outcome.other_changed.is_empty() {
            evidence.extend(
                outcome
                    .other_changed
                    .iter()
                    .take(5)
                    .map(|difference| format!("the other tenant's {}", shown(difference))),
            );
            (names.changed, true)
        } else if granted || (answer.is_granted() && !question.writes && differs("body")) {
            (if question.writes { names.accepted } else { names.read }, granted)
        } else if let Some(marker) = marker {
            evidence.push(format!("the answer has `{marker}`, a text of the other tenant"));
            (names.text, true)
        } else if differs("status") {
            (names.told.unwrap_or(Kind::ExistenceByStatus), false)
        } else if differs("body") {
            (names.told.unwrap_or(Kind::ExistenceByText), false)
        } else if differs("header") {
            (names.told.unwrap_or(Kind::ExistenceByHeader), false)
        } else if answer.status >= 400 && !outcome.own_changed.is_empty() {
            evidence.extend(
                outcome.own_changed.iter().take(5).map(|difference| format!("its own {}", shown(difference))),
            );
            (Kind::RefusedButWritten, true)
        } else {
            return None;
        };
        if let (Some(marker), true) = (marker, evidence.is_empty()) {
            evidence.push(format!("the answer has `{marker}`, a text of the other tenant"));
        }
        evidence.extend(outcome.differences.iter().take(5).map(shown));
        evidence.push(format!("what exists nowhere is answered {}", control.shown()));
        let verdict =
            Verdict { kind, evidence, sent: outcome.foreign.shown.clone(), answered: answer.shown() };
        Some((verdict, is_certain))
    }
}

impl Verdict {
    pub(super) fn at(self, position: &str, actor: usize, other: usize) -> NewFinding {
        let Self { kind, evidence, sent, answered } = self;
        NewFinding { kind, position: position.to_owned(), actor, other, sent, answered, evidence }
    }
}

/// For a report.
pub(super) fn shown(difference: &Difference) -> String {
    let value = |value: &Option<String>| {
        value.as_ref().map_or("nothing".to_owned(), |value| format!("`{}`", cut(value)))
    };
    let Difference { fact, expected, found } = difference;
    format!("{fact} is {}, not {}", value(found), value(expected))
}
