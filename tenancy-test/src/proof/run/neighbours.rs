//! Whether one tenant notices that another one's rows change: lists, counts, exports, and whatever else is answered.

use std::collections::BTreeMap;
use std::time::Duration;

use super::judge::shown;
use super::{NewFinding, Run, Sent};
use crate::proof::case::Case;
use crate::proof::error::ProofError;
use crate::proof::facts::{Difference, Facts, Noise};
use crate::report::Kind;
use crate::transport::Transport;

/// The position of what is found here.
const POSITION: &str = "a request of its own, while another tenant's rows change";

/// More than one, whatever the changes took.
const A_SECOND: Duration = Duration::from_millis(1_100);

/// How often an answer has to change with another tenant's rows, and not while nobody changes them, before that is believed.
const ROUNDS: usize = 8;

impl<T: Transport> Run<'_, T> {
    pub(super) async fn neighbours(&mut self, cases: &[Case<'_>]) -> Result<(), ProofError> {
        for (watching, changing) in self.pairs() {
            // Among answers while nobody changed anything, and how those afterwards differ from them, by case.
            let mut still: BTreeMap<usize, Vec<Facts>> = BTreeMap::new();
            let mut suspects: BTreeMap<usize, Option<(Sent, Vec<Difference>)>> = BTreeMap::new();
            for (number, case) in cases.iter().enumerate() {
                if case.operation.is_safe() && self.works[number][watching] {
                    suspects.insert(number, None);
                }
            }
            for round in 0..ROUNDS {
                if suspects.is_empty() {
                    break;
                }
                // What moves once, such as whether there is anything at all, moves in each round.
                self.restore().await?;
                self.watch(cases, watching, &suspects, &mut still).await;
                if round == ROUNDS / 2 {
                    // So that a clock of whole seconds is seen to move by itself, where something is suspected still.
                    tokio::time::sleep(A_SECOND).await;
                }
                self.watch(cases, watching, &suspects, &mut still).await;
                if !self.change(cases, changing).await? {
                    let reason =
                        "nothing that was granted changes a tenant's rows: `Proof::changes`".to_owned();
                    self.lacks("(lists and counts)", "changes of the other tenant".to_owned(), reason);
                    return Ok(());
                }
                let numbers: Vec<usize> = suspects.keys().copied().collect();
                for number in numbers {
                    self.tried(&cases[number], POSITION);
                    match self.moved(&cases[number], watching, still.get(&number)).await {
                        Some(moved) => suspects.insert(number, Some(moved)),
                        None => suspects.remove(&number),
                    };
                }
            }
            for (number, moved) in suspects {
                let Some((after, moved)) = moved else { continue };
                let evidence =
                    moved.iter().take(5).map(|one| format!("afterwards, {}", shown(one))).collect();
                let (kind, position) = (Kind::CountsOtherTenant, POSITION.to_owned());
                let (sent, answered) = (after.shown, after.answer.shown());
                self.find(
                    &cases[number],
                    NewFinding { kind, position, actor: watching, other: changing, sent, answered, evidence },
                );
            }
        }
        Ok(())
    }

    /// What a tenant is answered by what changes nothing and is still suspected.
    async fn watch(
        &mut self,
        cases: &[Case<'_>],
        tenant: usize,
        suspects: &BTreeMap<usize, Option<(Sent, Vec<Difference>)>>,
        still: &mut BTreeMap<usize, Vec<Facts>>,
    ) {
        for number in suspects.keys() {
            let case = &cases[*number];
            let ask = self.own(case, tenant);
            // What is not answered now was answered before, and is missing in the comparison only.
            if let Ok(sent) = self.send(case, &ask).await {
                still.entry(*number).or_default().push(sent.answer.facts(&self.proof.ignored_headers));
            }
        }
    }

    /// The answer after a change, where it is not what the last one was before it.
    async fn moved(
        &mut self,
        case: &Case<'_>,
        tenant: usize,
        still: Option<&Vec<Facts>>,
    ) -> Option<(Sent, Vec<Difference>)> {
        let still = still?;
        let ask = self.own(case, tenant);
        let after = self.send(case, &ask).await.ok()?;
        // Each pair by itself: what another tenant's changes have moved once stays moved, unless the rows are put back.
        let mut noise = Noise::default();
        still.chunks(2).for_each(|pair| noise.extend(Facts::noise(pair)));
        let moved = after.answer.facts(&self.proof.ignored_headers).differences(still.last()?, &noise);
        if moved.is_empty() { None } else { Some((after, moved)) }
    }

    /// Has a tenant do everything that changes its own rows. Whether there was anything.
    async fn change(&mut self, cases: &[Case<'_>], tenant: usize) -> Result<bool, ProofError> {
        let mut changed = false;
        for (number, case) in cases.iter().enumerate() {
            let writes = !case.operation.is_safe() && case.operation.method != http::Method::DELETE;
            if writes && self.works[number][tenant] {
                let ask = self.own(case, tenant);
                changed |= self.send(case, &ask).await.is_ok_and(|sent| sent.answer.is_granted());
            }
        }
        if let Some(change) = &self.proof.changes {
            let name = self.tenant(tenant).name.clone();
            change(name.clone()).await.map_err(|error| ProofError::Change { tenant: name, error })?;
            changed = true;
        }
        Ok(changed)
    }
}
