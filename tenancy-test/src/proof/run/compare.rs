//! Asking with a foreign id and with one that exists nowhere, by turns.

use std::collections::BTreeSet;

use super::{Run, Sent};
use crate::proof::answer::Answer;
use crate::proof::case::Case;
use crate::proof::facts::{Difference, Facts, Noise};
use crate::proof::request::Ask;
use crate::transport::Transport;

/// A request that is to be like another one.
pub(super) struct Question<'q> {
    /// With what is foreign.
    pub(super) foreign: Ask,
    /// With what exists nowhere, anew each time.
    pub(super) control: &'q (dyn Fn() -> Ask + Sync),
    /// What is sent just before the foreign one, if anything: by the tenant whose it is.
    pub(super) before: Option<Ask>,
    pub(super) actor: usize,
    pub(super) other: usize,
    /// Whether it may change something.
    pub(super) writes: bool,
}

/// What came of it.
pub(super) struct Outcome {
    pub(super) foreign: Sent,
    pub(super) controls: Vec<Answer>,
    /// In the answers, beyond what changes by itself.
    pub(super) differences: Vec<Difference>,
    /// The service answers the same question now so and now otherwise.
    pub(super) is_unsteady: bool,
    /// In what the other tenant has.
    pub(super) other_changed: Vec<Difference>,
    /// In what the asking tenant has.
    pub(super) own_changed: Vec<Difference>,
}

/// What earlier rounds of the same question have shown.
#[derive(Default)]
pub(super) struct Earlier {
    controls: Vec<Facts>,
    /// The facts that differed in each of them.
    differing: Option<BTreeSet<String>>,
}

impl<T: Transport> Run<'_, T> {
    /// The foreign request stands between two that exist nowhere: what counts up or tells the time differs among those two as well, or
    /// is the same in all three.
    pub(super) async fn compare(
        &mut self,
        case: &Case<'_>,
        question: &Question<'_>,
        earlier: &mut Earlier,
    ) -> Result<Outcome, String> {
        let mut controls = vec![self.send(case, &(question.control)()).await?.answer];
        let mut foreign = Vec::new();
        let (mut other_changed, mut own_changed) = (Vec::new(), Vec::new());
        let rounds = if question.writes { 1 } else { 2 };
        for _ in 0..rounds {
            if let Some(before) = &question.before {
                self.send(case, before).await?;
            }
            let states = if question.writes { Some(self.both(question).await?) } else { None };
            foreign.push(self.send(case, &question.foreign).await?);
            if let Some((other, own)) = states {
                let (other_after, own_after) = self.both(question).await?;
                other_changed = other_after.differences(&other, &self.state_noise[question.other]);
                own_changed = own_after.differences(&own, &self.state_noise[question.actor]);
            }
            controls.push(self.send(case, &(question.control)()).await?.answer);
        }
        let ignored = &self.proof.ignored_headers;
        earlier.controls.extend(controls.iter().map(|answer| answer.facts(ignored)));
        let noise: Noise = Facts::noise(&earlier.controls);
        let differing =
            foreign.iter().map(|sent| sent.answer.facts(ignored).differences(&earlier.controls[0], &noise));
        // Whichever of them differs: a leak may show once only, as an id does that a write takes.
        let (at, mut differences) = differing
            .enumerate()
            .max_by_key(|(at, found)| (!found.is_empty(), std::cmp::Reverse(*at)))
            .unwrap_or_default();
        if let Some(known) = &earlier.differing {
            differences.retain(|difference| known.contains(&difference.fact));
        }
        earlier.differing = Some(differences.iter().map(|difference| difference.fact.clone()).collect());
        Ok(Outcome {
            foreign: foreign.swap_remove(at),
            controls,
            differences,
            is_unsteady: noise.has("status"),
            other_changed,
            own_changed,
        })
    }

    async fn both(&mut self, question: &Question<'_>) -> Result<(Facts, Facts), String> {
        let other =
            self.state(question.other).await.map_err(|error| format!("a state cannot be read: {error}"))?;
        let own =
            self.state(question.actor).await.map_err(|error| format!("a state cannot be read: {error}"))?;
        Ok((other, own))
    }
}
