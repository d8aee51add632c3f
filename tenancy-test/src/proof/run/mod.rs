//! A run of the proof.
//!
//! In this order: each tenant's own requests that change nothing, with what caches make of them; its own requests that change
//! something, with what others notice of them; foreign ids; other hosts, paths and headers; values that are taken; messages without a
//! signature of their own; texts that are looked for; times; and its own deletions last, because they cannot be taken back.

mod caches;
mod compare;
mod controls;
mod elsewhere;
mod foreign;
mod judge;
mod ledger;
mod neighbours;
mod searches;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use http::{Method, StatusCode, header};
use serde_json::Value;

use self::ledger::NewFinding;
use super::answer::Answer;
use super::canary::Canaries;
use super::case::{Case, Slot};
use super::error::ProofError;
use super::facts::{Facts, Noise};
use super::request::{Ask, Draft, Login, Pen, Target};
use super::signature::{Signature, Signer};
use super::tenant::{SeedKey, Tenant};
use super::{Proof, StateSource};
use crate::report::{Finding, NotCovered, Notice, Report};
use crate::transport::Transport;

/// The first wait for a limit that does not say how long; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(50);

/// How often a state is read to learn what changes in it by itself.
const STATE_SAMPLES: usize = 3;

/// Runs a proof that was checked.
pub(super) async fn run<T: Transport>(proof: &Proof<T>) -> Result<Report, ProofError> {
    let values: Vec<SeedKey> = proof.values.iter().map(|(key, _)| key.clone()).collect();
    let skipped =
        |name: &str| proof.skipped.iter().find(|(operation, _)| operation == name).map(|(_, reason)| reason);
    let mut run = Run::new(proof);
    let mut cases = Vec::new();
    for operation in proof.document.all() {
        if let Some(reason) = skipped(&operation.name) {
            let what = "the operation".to_owned();
            let allowed = Some(reason.clone());
            run.gap(&operation.name, what, "it was left out".to_owned(), allowed);
            continue;
        }
        for media_type in &operation.unwritable {
            run.lacks(
                &operation.name,
                format!("a body of {media_type}"),
                "no such body can be written".to_owned(),
            );
        }
        for case in Case::all(operation, &proof.tenants, &values) {
            for place in &case.lacking {
                let reason =
                    "no tenant has an id for it: `Tenant::id`, or `Proof::value` if it is no id".to_owned();
                run.lacks(&operation.name, place.clone(), reason);
            }
            if !case.blocked {
                cases.push(case);
            }
        }
    }
    // What is deepest is deleted first: what it belongs to takes it along.
    cases.sort_by_key(|case| {
        let depth = case.operation.path.matches('/').count();
        match case.operation.method {
            Method::DELETE => (2, usize::MAX - depth),
            _ if case.operation.is_safe() => (0, 0),
            _ => (1, 0),
        }
    });
    run.works = vec![vec![false; proof.tenants.len()]; cases.len()];
    run.slots_work = cases.iter().map(|case| vec![true; case.slots.len()]).collect();
    run.learn_states().await?;
    run.restore().await?;
    run.controls(&cases, |case| case.operation.is_safe()).await?;
    run.caches(&cases).await;
    run.controls(&cases, |case| !case.operation.is_safe() && case.operation.method != Method::DELETE).await?;
    run.neighbours(&cases).await?;
    run.foreign(&cases).await?;
    run.elsewhere(&cases).await?;
    run.values(&cases).await?;
    run.searches(&cases).await?;
    run.times(&cases).await;
    run.controls(&cases, |case| case.operation.method == Method::DELETE).await?;
    Ok(run.report())
}

/// What a run has learnt so far.
struct Run<'p, T> {
    proof: &'p Proof<T>,
    canaries: Canaries,
    /// What changes by itself in each tenant's state.
    state_noise: Vec<Noise>,
    /// Whether each tenant's own request was granted, by case.
    works: Vec<Vec<bool>>,
    /// Whether a place was good with the tenants' own ids, by case.
    slots_work: Vec<Vec<bool>>,
    found: Vec<Finding>,
    gaps: Vec<NotCovered>,
    tried: BTreeMap<String, BTreeSet<String>>,
    notices: Vec<Notice>,
    requests: u64,
}

/// An answer, and how the request is shown.
struct Sent {
    answer: Answer,
    shown: String,
}

impl<'p, T: Transport> Run<'p, T> {
    fn new(proof: &'p Proof<T>) -> Self {
        Self {
            proof,
            canaries: Canaries::new(proof.tenants.len()),
            state_noise: vec![Noise::default(); proof.tenants.len()],
            works: Vec::new(),
            slots_work: Vec::new(),
            found: Vec::new(),
            gaps: Vec::new(),
            tried: BTreeMap::new(),
            notices: Vec::new(),
            requests: 0,
        }
    }

    fn tenant(&self, tenant: usize) -> &'p Tenant {
        &self.proof.tenants[tenant]
    }

    /// Each tenant with each other one.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let tenants = 0..self.proof.tenants.len();
        tenants
            .clone()
            .flat_map(|one| tenants.clone().map(move |other| (one, other)))
            .filter(|(one, other)| one != other)
            .collect()
    }

    fn signer(&self, case: &Case<'_>) -> Option<&'p Signer> {
        self.proof
            .signers
            .iter()
            .find(|(operation, _)| *operation == case.operation.name)
            .map(|(_, signer)| signer)
    }

    /// A tenant's own request, with the ids that it cannot do without.
    fn own(&self, case: &Case<'_>, tenant: usize) -> Ask {
        let ids =
            case.required().into_iter().map(|slot| (slot, self.seed(&case.slots[slot], tenant))).collect();
        Ask {
            writer: tenant,
            login: Login::Of(tenant),
            signature: Signature::By(tenant),
            target: Target::of(self.tenant(tenant)),
            ids,
            texts: Vec::new(),
            words: Vec::new(),
            more_headers: Vec::new(),
            more_query: Vec::new(),
            more_body: Vec::new(),
            more_within: Vec::new(),
            said: Vec::new(),
        }
    }

    /// The id that a tenant has for a slot.
    fn seed(&self, slot: &Slot, tenant: usize) -> Value {
        self.tenant(tenant).seed(&slot.keys).cloned().unwrap_or_default()
    }

    /// Sends what is asked, and waits where the service says that there were too many requests.
    async fn send(&mut self, case: &Case<'_>, ask: &Ask) -> Result<Sent, String> {
        let signer = self.signer(case);
        let mut pen = Pen {
            tenants: &self.proof.tenants,
            base_path: self.proof.document.base_path(),
            values: &self.proof.values,
            signer,
            canaries: &mut self.canaries,
        };
        let Draft { request, shown, sent } = pen.write(case, ask)?;
        let answer = self.patiently(request, sent).await?;
        Ok(Sent { answer, shown })
    }

    async fn patiently(
        &mut self,
        request: http::Request<bytes::Bytes>,
        sent: Vec<String>,
    ) -> Result<Answer, String> {
        let started = Instant::now();
        let mut wait = FIRST_WAIT;
        loop {
            self.requests += 1;
            let answer =
                self.proof.transport.send(request.clone()).await.map_err(|error| error.to_string())?;
            let asked = answer.headers().get(header::RETRY_AFTER).and_then(|after| after.to_str().ok());
            let limited = answer.status() == StatusCode::TOO_MANY_REQUESTS
                || (answer.status() == StatusCode::SERVICE_UNAVAILABLE && asked.is_some());
            if !limited {
                return Ok(Answer::read(answer, sent));
            }
            let asked = asked.and_then(|after| after.trim().parse().ok()).map(Duration::from_secs);
            let next = asked.map_or(wait, |asked| asked.max(FIRST_WAIT));
            if started.elapsed() + next > self.proof.patience {
                return Err(format!(
                    "the service answers {}, also after {:?}: raise its limit for the proof, or `Proof::patience`",
                    answer.status(),
                    self.proof.patience
                ));
            }
            tokio::time::sleep(next).await;
            wait *= 2;
        }
    }

    /// What a tenant has.
    async fn state(&mut self, tenant: usize) -> Result<Facts, String> {
        let mut facts = Facts::default();
        match &self.proof.state {
            None => {}
            Some(StateSource::Callback(read)) => {
                facts.insert_json("state", &read(self.tenant(tenant).name.clone()).await?, &[]);
            }
            Some(StateSource::Gets(paths)) => {
                for path in paths {
                    let own = self.tenant(tenant);
                    let mut request = http::Request::get(format!(
                        "{}{}{path}",
                        own.prefix,
                        self.proof.document.base_path()
                    ));
                    if let Some(host) = &own.host {
                        request = request.header(header::HOST, host);
                    }
                    for (name, value) in own.login_headers() {
                        request = request.header(name, value);
                    }
                    for (name, value) in &own.selectors {
                        request = request.header(name, value);
                    }
                    let request =
                        request.body(bytes::Bytes::new()).map_err(|error| format!("`{path}`: {error}"))?;
                    let answer = self.patiently(request, Vec::new()).await?;
                    if !answer.is_success() {
                        return Err(format!("`{path}` is answered {}", answer.shown()));
                    }
                    match answer.json() {
                        Some(value) => facts.insert_json(path, value, &[]),
                        None => facts.insert_text(path, &answer.shown(), &[]),
                    }
                }
            }
        }
        Ok(facts)
    }

    /// Finds out what changes in the states though nobody changes it.
    async fn learn_states(&mut self) -> Result<(), ProofError> {
        for tenant in 0..self.proof.tenants.len() {
            let mut samples = Vec::new();
            for _ in 0..STATE_SAMPLES {
                let state = self.state(tenant).await;
                let failed = |error| ProofError::State { tenant: self.tenant(tenant).name.clone(), error };
                samples.push(state.map_err(failed)?);
            }
            self.state_noise[tenant] = Facts::noise(&samples);
        }
        Ok(())
    }

    async fn restore(&mut self) -> Result<(), ProofError> {
        match &self.proof.restore {
            Some(restore) => restore().await.map_err(|error| ProofError::Restore { error }),
            None => Ok(()),
        }
    }

    /// Texts that only this tenant may see.
    fn markers(&self, tenant: usize) -> Vec<String> {
        self.tenant(tenant).markers.iter().chain(self.canaries.written(tenant)).cloned().collect()
    }
}
