//! Whether one tenant is given what was kept for another.

use super::elsewhere::words;
use super::judge::shown;
use super::{NewFinding, Run, Sent};
use crate::proof::case::Case;
use crate::proof::facts::Facts;
use crate::proof::request::Ask;
use crate::report::{Kind, Notice};
use crate::transport::Transport;

/// How often one tenant has to be given another one's answer before it is believed.
const ROUNDS: usize = 8;

/// How often two tenants are asked by turns to see that they are answered differently.
const SAMPLES: usize = 4;

/// What a notice says of answers that show nothing.
const ALIKE: &str = "are answered alike";

/// The same of answers that differ, but for what is counted in them.
const FIGURES_ALIKE: &str = "are answered the same figures, each of them";

/// The position of what is found here.
const POSITION: &str = "the same request right after another tenant's";

impl<T: Transport> Run<'_, T> {
    /// One tenant asks, and another one asks the same right after: lists and whatever else has no id. Those with ids are asked again
    /// right after their owner, among the foreign ids; here it is only seen whether their own rows are answered alike.
    pub(super) async fn caches(&mut self, cases: &[Case<'_>]) {
        for (number, case) in cases.iter().enumerate() {
            if !case.operation.is_safe() {
                continue;
            }
            for (first, second) in self.pairs() {
                if !self.works[number][first] || !self.works[number][second] {
                    continue;
                }
                if !case.required().is_empty() {
                    // One order of the two is as good as the other, and what cannot be asked is said elsewhere.
                    if first < second && self.are_told_apart(case, first, second).await == Ok(false) {
                        self.note(case, first, second, ALIKE);
                    }
                    continue;
                }
                if let Err(reason) = self.cached(case, first, second).await {
                    self.lacks(&case.operation.name, "`caches`".to_owned(), reason);
                }
            }
        }
    }

    async fn cached(&mut self, case: &Case<'_>, first: usize, second: usize) -> Result<(), String> {
        let (by_first, by_second) = (self.own(case, first), self.own(case, second));
        let mut past_caches = Vec::new();
        let mut last = None;
        for _ in 0..ROUNDS {
            let before = self.send(case, &unkept(&by_second)).await?;
            self.send(case, &by_first).await?;
            let kept = self.send(case, &by_second).await?;
            let after = self.send(case, &unkept(&by_second)).await?;
            let is_like = |past: &Sent| {
                past.answer.is_granted() && past.answer.is_success() == kept.answer.is_success()
            };
            if !is_like(&before) || !is_like(&after) {
                return self.cannot_be_asked_past(case, first, second).await;
            }
            let ignored = &self.proof.ignored_headers;
            past_caches.extend([before.answer.facts(ignored), after.answer.facts(ignored)]);
            let noise = Facts::noise(&past_caches);
            let mut found = kept.answer.facts(ignored).differences(&past_caches[0], &noise);
            // What caches say of themselves is no row.
            found.retain(|difference| !difference.fact.starts_with("header"));
            if found.is_empty() {
                if self.are_told_apart(case, first, second).await? {
                    self.tried(case, POSITION);
                } else {
                    self.note(case, first, second, ALIKE);
                }
                return Ok(());
            }
            last = Some((kept, found));
        }
        if let Some((kept, found)) = last {
            let position = POSITION.to_owned();
            let evidence = found
                .iter()
                .take(5)
                .map(|one| format!("compared with the same request past caches, {}", shown(one)))
                .collect();
            let (kind, sent, answered) = (Kind::CacheWithoutTenant, kept.shown, kept.answer.shown());
            self.find(
                case,
                NewFinding { kind, position, actor: second, other: first, sent, answered, evidence },
            );
        }
        Ok(())
    }

    /// A service that refuses the parameter of [`unkept`], or leads to where it is not, shows only by its rows that one tenant's answer was not kept for the other.
    async fn cannot_be_asked_past(
        &mut self,
        case: &Case<'_>,
        first: usize,
        second: usize,
    ) -> Result<(), String> {
        if self.are_told_apart(case, first, second).await? {
            self.tried(case, POSITION);
            return Ok(());
        }
        Err(format!(
            "it does not take a parameter that it does not know, so it cannot be asked past caches, and answers {} and {} alike, so one may \
             have been given what was kept for the other: seed rows that differ, or `Proof::skip(\"{}#caches\", …)`",
            self.tenant(first).name,
            self.tenant(second).name,
            case.operation.name
        ))
    }

    /// Whether two tenants that ask by turns are answered differently, each time, beyond what changes by itself and what they said.
    async fn are_told_apart(&mut self, case: &Case<'_>, first: usize, second: usize) -> Result<bool, String> {
        let mut answers = [Vec::new(), Vec::new()];
        for _ in 0..SAMPLES {
            for (tenant, answers) in [first, second].into_iter().zip(&mut answers) {
                let own = self.own(case, tenant);
                let ask = Ask { said: words(&own.target), ..own };
                answers.push(self.send(case, &ask).await?.answer.facts(&self.proof.ignored_headers));
            }
        }
        let [of_first, of_second] = answers;
        let mut noise = Facts::noise(&of_first);
        noise.extend(Facts::noise(&of_second));
        let (Some(one), Some(other)) = (of_first.first(), of_second.first()) else { return Ok(false) };
        // What is kept is the body; headers may be written anew.
        let are_told_apart =
            one.differences(other, &noise).iter().any(|difference| difference.fact.starts_with("body"));
        // Names differ, and what is counted by itself, and may be kept by itself, does not.
        if are_told_apart && one.has_figures_of(other, &noise) {
            self.note(case, first, second, FIGURES_ALIKE);
        }
        Ok(are_told_apart)
    }

    /// A cache that goes by the path alone makes answers alike, past it as well, and one of figures makes these alike. Others would have shown if there were
    /// something to see.
    fn note(&mut self, case: &Case<'_>, first: usize, second: usize, how: &str) {
        let text = format!(
            "{} and {} {how}, so a cache that forgets the tenant would not be seen: seed rows that differ",
            self.tenant(first).name,
            self.tenant(second).name
        );
        let about = &case.operation.name;
        if !self.notices.iter().any(|known| known.about == *about && known.text.contains(how)) {
            self.notices.push(Notice { about: about.clone(), text });
        }
    }

    /// Whether a text stands in an answer only because it was kept: asked past caches, it is not there.
    pub(super) async fn is_only_kept(&mut self, case: &Case<'_>, ask: &Ask, markers: &[String]) -> bool {
        if !case.operation.is_safe() {
            return false;
        }
        match self.send(case, &unkept(ask)).await {
            Ok(sent) => sent.answer.marker(markers).is_none(),
            Err(_) => false,
        }
    }
}

/// The same, as a cache cannot have it: with a parameter that nobody has sent before.
pub(super) fn unkept(ask: &Ask) -> Ask {
    let mut ask = ask.clone();
    let new: String = std::iter::repeat_with(fastrand::alphanumeric).take(12).collect();
    ask.more_query.push(("tenancy-proof".to_owned(), new));
    ask.more_headers.push((http::header::CACHE_CONTROL, "no-cache".to_owned()));
    ask
}
