//! Foreign ids in every place.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Run;
use super::caches::unkept;
use super::compare::Question;
use super::judge::Names;
use crate::proof::case::{Case, Slot};
use crate::proof::error::ProofError;
use crate::proof::request::{Ask, Login};
use crate::proof::signature::Signature;
use crate::report::Kind;
use crate::transport::Transport;

/// Which places hold foreign ids, and how.
struct Attempt {
    slots: Vec<usize>,
    /// One's own id stands beside the foreign one in a list.
    beside_own: bool,
    position: String,
}

impl<T: Transport> Run<'_, T> {
    pub(super) async fn foreign(&mut self, cases: &[Case<'_>]) -> Result<(), ProofError> {
        for (number, case) in cases.iter().enumerate().filter(|(_, case)| !case.slots.is_empty()) {
            let writes = !case.operation.is_safe();
            if writes && self.proof.state.is_none() {
                // The control has said so, but of deletions.
                let reason = "nobody says how to read what a tenant has: `Proof::state`".to_owned();
                self.lacks(&case.operation.name, case.name(), reason);
                continue;
            }
            // A deletion's own request comes last.
            let can = |works: bool| works || case.operation.method == http::Method::DELETE;
            for (actor, other) in self.pairs() {
                if !can(self.works[number][actor]) {
                    continue;
                }
                for attempt in self.attempts(number, case) {
                    if writes {
                        self.restore().await?;
                    }
                    if let Err(reason) = self.attempt(case, &attempt, actor, other).await {
                        self.lacks(&case.operation.name, attempt.position.clone(), reason);
                    }
                }
            }
        }
        Ok(())
    }

    /// Each place by itself, beside one's own ids in the others; then all of them.
    fn attempts(&self, number: usize, case: &Case<'_>) -> Vec<Attempt> {
        let mut attempts = Vec::new();
        let usable: Vec<usize> =
            (0..case.slots.len()).filter(|slot| self.slots_work[number][*slot]).collect();
        for slot in &usable {
            let place = &case.slots[*slot];
            let position = format!("a foreign {}", place.label);
            attempts.push(Attempt { slots: vec![*slot], beside_own: false, position: position.clone() });
            let harmless = case.operation.is_safe() || self.proof.restore.is_some();
            if place.in_list && harmless {
                let position = format!("{position}, beside one's own");
                attempts.push(Attempt { slots: vec![*slot], beside_own: true, position });
            }
        }
        let required = case.required();
        if required.len() > 1 && required.iter().all(|slot| usable.contains(slot)) {
            let labels: Vec<&str> = required.iter().map(|slot| case.slots[*slot].label.as_str()).collect();
            let position = format!("a foreign {}", labels.join(" and "));
            attempts.push(Attempt { slots: required, beside_own: false, position });
        }
        attempts
    }

    async fn attempt(
        &mut self,
        case: &Case<'_>,
        attempt: &Attempt,
        actor: usize,
        other: usize,
    ) -> Result<(), String> {
        let names = match self.signer(case) {
            Some(_) => Names { changed: Kind::SignedForOther, accepted: Kind::SignedForOther, ..Names::IDS },
            None => Names::IDS,
        };
        let own = self.own(case, actor);
        let proof = self.proof;
        let with = |choose: &dyn Fn(&Slot) -> Value| {
            let mut ask = own.clone();
            for slot in &attempt.slots {
                let place = &case.slots[*slot];
                let chosen = choose(place);
                let own = || proof.tenants[actor].seed(&place.keys).cloned().unwrap_or_default();
                let value = if place.in_list && attempt.beside_own {
                    Value::Array(vec![own(), chosen])
                } else {
                    chosen
                };
                ask.ids.insert(*slot, value);
            }
            ask
        };
        let theirs = |place: &Slot| proof.tenants[other].seed(&place.keys).cloned().unwrap_or_default();
        let foreign = with(&theirs);
        let control = || with(&|place| proof.nowhere_for(place, &theirs(place)));
        let writes = !case.operation.is_safe();
        let mut question = Question { foreign, control: &control, before: None, actor, other, writes };
        let found = self.examine(case, &question, names, &attempt.position).await?;
        if writes {
            return Ok(());
        }
        match found {
            Some(Kind::OtherTenantRead | Kind::TextOfOtherTenant) => {
                self.blame_cache(case, &question, &attempt.position).await
            }
            Some(_) => Ok(()),
            None => {
                let owner = self.own(case, other);
                let etag = self.etag(case, &owner).await?;
                let position = format!("{}, right after its owner", attempt.position);
                question.before = Some(owner);
                let kept = Names { told: None, ..Names::all(Kind::CacheWithoutTenant) };
                self.examine(case, &question, kept, &position).await?;
                match etag {
                    Some(etag) => self.conditional(case, &question, etag, attempt).await,
                    None => Ok(()),
                }
            }
        }
    }

    /// Says that a cache is at fault where the same request, asked past it, is refused as it should be.
    async fn blame_cache(
        &mut self,
        case: &Case<'_>,
        question: &Question<'_>,
        position: &str,
    ) -> Result<(), String> {
        let past = self.send(case, &unkept(&question.foreign)).await?;
        let control = self.send(case, &unkept(&(question.control)())).await?;
        let still = past.answer.marker(&self.markers(question.other)).is_some();
        if still || past.answer.status != control.answer.status || control.answer.is_granted() {
            return Ok(());
        }
        let named = |kind| matches!(kind, Kind::OtherTenantRead | Kind::TextOfOtherTenant);
        for finding in &mut self.found {
            if finding.operation == case.operation.name && finding.position == position && named(finding.code)
            {
                finding.code = Kind::CacheWithoutTenant;
                finding.evidence.push(format!("asked past caches, it is answered {}", past.answer.shown()));
            }
        }
        // The other direction may have shown it already.
        let mut seen = BTreeSet::new();
        self.found.retain(|one| seen.insert((one.code, one.operation.clone(), one.position.clone())));
        Ok(())
    }

    async fn etag(&mut self, case: &Case<'_>, owner: &Ask) -> Result<Option<String>, String> {
        Ok(self.send(case, owner).await?.answer.header("etag").map(str::to_owned))
    }

    /// Whether a row that was not changed is told to be there, by 304, to somebody who has seen its tag.
    async fn conditional(
        &mut self,
        case: &Case<'_>,
        question: &Question<'_>,
        etag: String,
        attempt: &Attempt,
    ) -> Result<(), String> {
        let tagged = |mut ask: Ask| {
            ask.more_headers.push((http::header::IF_NONE_MATCH, etag.clone()));
            ask
        };
        let control = || tagged((question.control)());
        let foreign = tagged(question.foreign.clone());
        let question = Question { foreign, control: &control, before: None, ..*question };
        let position = format!("{}, with its ETag", attempt.position);
        let names = Names { read: Kind::ExistenceByStatus, ..Names::IDS };
        self.examine(case, &question, names, &position).await.map(|_| ())
    }

    /// Whether messages are taken without a signature, or with one of another message.
    pub(super) async fn unsigned(
        &mut self,
        case: &Case<'_>,
        tenant: usize,
        other: usize,
    ) -> Result<(), String> {
        for (signature, position) in [
            (Signature::Missing, "its own message, unsigned"),
            (Signature::Wrong(tenant), "its own message, with the signature of another one"),
        ] {
            let ask = Ask { signature, login: Login::Nobody, ..self.own(case, tenant) };
            let sent = self.send(case, &ask).await?;
            self.tried(case, position);
            if !sent.answer.is_granted() {
                continue;
            }
            let evidence = vec!["the same message with its own signature is granted as well".to_owned()];
            let (kind, position) = (Kind::Unsigned, position.to_owned());
            let (sent, answered) = (sent.shown, sent.answer.shown());
            self.find(
                case,
                super::NewFinding { kind, position, actor: other, other: tenant, sent, answered, evidence },
            );
        }
        Ok(())
    }
}
