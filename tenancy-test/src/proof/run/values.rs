//! Values that another tenant has, messages without their signature, and times.

use std::time::{Duration, Instant};

use super::{NewFinding, Run};
use crate::proof::case::{Case, FreeText};
use crate::proof::error::ProofError;
use crate::proof::request::Ask;
use crate::proof::sign_test::{chance, median};
use crate::report::{Kind, Notice};
use crate::transport::Transport;

impl<T: Transport> Run<'_, T> {
    pub(super) async fn values(&mut self, cases: &[Case<'_>]) -> Result<(), ProofError> {
        for (number, case) in cases.iter().enumerate() {
            let deletes = case.operation.method == http::Method::DELETE;
            if case.operation.is_safe() || deletes || self.proof.state.is_none() {
                continue;
            }
            for (actor, other) in self.pairs() {
                if !self.works[number][actor] || !self.works[number][other] {
                    continue;
                }
                if self.signer(case).is_some() {
                    if let Err(reason) = self.unsigned(case, other, actor).await {
                        self.lacks(
                            &case.operation.name,
                            "a message without a signature of its own".to_owned(),
                            reason,
                        );
                    }
                    continue;
                }
                for text in &case.texts {
                    self.restore().await?;
                    if let Err(reason) = self.taken(case, text, actor, other).await {
                        self.lacks(&case.operation.name, text.label.clone(), reason);
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a value is refused because another tenant has it.
    async fn taken(
        &mut self,
        case: &Case<'_>,
        text: &FreeText,
        actor: usize,
        other: usize,
    ) -> Result<(), String> {
        let position = format!("a value that another tenant has, as {}", text.label);
        self.tried(case, position.clone());
        let value = self.canaries.fresh();
        let with = |mut ask: Ask, value: String| {
            ask.texts.push((text.place.clone(), value));
            ask
        };
        let theirs = with(self.own(case, other), value.clone());
        if !self.send(case, &theirs).await?.answer.is_granted() {
            return Ok(());
        }
        // New values before and after: whatever else is refused is refused for them as well.
        let own = self.own(case, actor);
        let fresh = with(own.clone(), self.canaries.fresh());
        let before = self.send(case, &fresh).await?;
        let sent = self.send(case, &with(own.clone(), value)).await?;
        let fresh = with(own, self.canaries.fresh());
        let after = self.send(case, &fresh).await?;
        if before.answer.is_granted() && after.answer.is_granted() && !sent.answer.is_granted() {
            let evidence = vec![format!("a new value is answered {}", after.answer.shown())];
            let (kind, sent, answered) = (Kind::TakenByOtherTenant, sent.shown, sent.answer.shown());
            self.find(case, NewFinding { kind, position, actor, other, sent, answered, evidence });
        }
        Ok(())
    }

    /// Whether foreign ids take longer, or less long, than ids that exist nowhere.
    pub(super) async fn times(&mut self, cases: &[Case<'_>]) {
        let Some(timing) = self.proof.timing else { return };
        for (number, case) in cases.iter().enumerate() {
            let required = case.required();
            if !case.operation.is_safe() || required.is_empty() {
                continue;
            }
            for (actor, other) in self.pairs() {
                if !self.works[number][actor] {
                    continue;
                }
                let with = |run: &Self, foreign: bool| {
                    let mut ask = run.own(case, actor);
                    for slot in &required {
                        let theirs = run.seed(&case.slots[*slot], other);
                        let nowhere = || run.proof.nowhere_for(&case.slots[*slot], &theirs);
                        ask.ids.insert(*slot, if foreign { theirs.clone() } else { nowhere() });
                    }
                    ask
                };
                let (mut foreign, mut nowhere) = (Vec::new(), Vec::new());
                for _ in 0..timing.pairs {
                    let first = fastrand::bool();
                    for is_foreign in [first, !first] {
                        let ask = with(self, is_foreign);
                        let started = Instant::now();
                        if self.send(case, &ask).await.is_ok() {
                            let times = if is_foreign { &mut foreign } else { &mut nowhere };
                            times.push(started.elapsed());
                        }
                    }
                }
                self.tried(case, "how long foreign ids take");
                self.note_times(case, &foreign, &nowhere, timing.false_alarms);
            }
        }
    }

    fn note_times(&mut self, case: &Case<'_>, foreign: &[Duration], nowhere: &[Duration], false_alarms: f64) {
        // A request that failed has no pair.
        if foreign.len() != nowhere.len() {
            return;
        }
        let differing = || foreign.iter().zip(nowhere).filter(|(foreign, nowhere)| foreign != nowhere);
        let (pairs, longer) =
            (differing().count(), differing().filter(|(foreign, nowhere)| foreign > nowhere).count());
        let (Ok(pairs), Ok(longer)) = (u32::try_from(pairs), u32::try_from(longer)) else { return };
        let chance = chance(longer, pairs);
        if chance < false_alarms {
            let text = format!(
                "a foreign id took longer than one that exists nowhere in {longer} of {pairs} pairs (by chance: {chance:.1e}); the \
                 medians are {:?} and {:?}",
                median(foreign.to_vec()),
                median(nowhere.to_vec())
            );
            self.notices.push(Notice { about: case.operation.name.clone(), text });
        }
    }
}
