//! The two-tenant proof of a service.

mod answer;
mod caching;
mod canary;
mod case;
mod error;
mod facts;
mod fitting;
mod nowhere;
mod request;
mod run;
mod sign_test;
mod signature;
mod tenant;
mod written;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use self::case::Slot;
pub use self::error::ProofError;
use self::nowhere::nowhere;
pub use self::sign_test::Timing;
use self::signature::Signer;
use self::tenant::SeedKey;
pub use self::tenant::Tenant;
use crate::openapi::Document;
use crate::report::{Kind, Report};
use crate::transport::Transport;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How long a limit of requests is waited for, for each request, unless it is said otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// The proof of a service: every operation of its document is tried by each tenant with everything of the others, and nothing may
/// come of it.
///
/// What is tried, how answers are compared, and what cannot be found: `docs/design.md` of this crate.
///
/// # Examples
///
/// ```
/// # use tenancy_test::{Document, InProcess, Proof, Tenant};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let router: axum::Router = axum::Router::new().route("/agents/{id}", axum::routing::get(
/// #     async |axum::extract::Path(id): axum::extract::Path<u32>, headers: http::HeaderMap| {
/// #         let own = if headers.get("authorization").is_some_and(|token| token == "Bearer a") { 1 } else { 2 };
/// #         if id == own { Ok("an agent") } else { Err(http::StatusCode::NOT_FOUND) }
/// #     }));
/// let document = Document::from_json(r#"{
///     "openapi": "3.1.0",
///     "paths": { "/agents/{id}": {
///         "get": { "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }] }
///     } }
/// }"#)?;
/// let report = Proof::new(InProcess::new(router), document)
///     .tenant(Tenant::new("acme").bearer("a").id("agent_id", 1))
///     .tenant(Tenant::new("globex").bearer("b").id("agent_id", 2))
///     // Nothing of this service changes rows, so the test does: nobody else may notice.
///     .changes(|tenant| async move { println!("a new row of {tenant}"); Ok::<_, String>(()) })
///     .run()
///     .await?;
/// report.assert();
/// # Ok(())
/// # }
/// ```
#[must_use = "a proof does nothing until it is run"]
pub struct Proof<T> {
    transport: T,
    document: Document,
    tenants: Vec<Tenant>,
    values: Vec<(SeedKey, Value)>,
    nowhere: Vec<(SeedKey, Value)>,
    signers: Vec<(String, Signer)>,
    skipped: Vec<(String, String)>,
    allowed: Vec<(Kind, String, String)>,
    ignored_headers: Vec<String>,
    state: Option<StateSource>,
    restore: Option<Arc<dyn Fn() -> BoxFuture<Result<(), String>> + Send + Sync>>,
    changes: Option<Arc<dyn Fn(String) -> BoxFuture<Result<(), String>> + Send + Sync>>,
    timing: Option<Timing>,
    patience: Duration,
}

/// How the state of a tenant is read.
enum StateSource {
    /// By these paths, each with the tenant's login.
    Gets(Vec<String>),
    Callback(Arc<dyn Fn(String) -> BoxFuture<Result<Value, String>> + Send + Sync>),
}

impl<T: Transport> Proof<T> {
    /// Of the service behind a transport, as the document describes it.
    pub fn new(transport: T, document: Document) -> Self {
        Self {
            transport,
            document,
            tenants: Vec::new(),
            values: Vec::new(),
            nowhere: Vec::new(),
            signers: Vec::new(),
            skipped: Vec::new(),
            allowed: Vec::new(),
            ignored_headers: Vec::new(),
            state: None,
            restore: None,
            changes: None,
            timing: None,
            patience: PATIENCE,
        }
    }

    /// With this tenant. There are two at least, and each tries everything of every other one.
    pub fn tenant(mut self, tenant: Tenant) -> Self {
        self.tenants.push(tenant);
        self
    }

    /// Reads what a tenant has, by its name: from the database, at best all of its rows. It is read before and after every request
    /// that may change something, and has to be the same. Without a way to read it no such request is covered.
    pub fn state<F, R, E>(mut self, read: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Value, E>> + Send + 'static,
        E: fmt::Display,
    {
        self.state = Some(StateSource::Callback(Arc::new(move |tenant| {
            let reading = read(tenant);
            Box::pin(async move { reading.await.map_err(|error| error.to_string()) })
        })));
        self
    }

    /// Reads what a tenant has by these paths of the service, with the tenant's own login. A callback to the database sees more: see
    /// [`state`](Self::state).
    pub fn state_by_gets<P: Into<String>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.state = Some(StateSource::Gets(paths.into_iter().map(Into::into).collect()));
        self
    }

    /// Puts every tenant's rows back, ids and all. It is called before each operation that changes something, and before each
    /// round of what others might notice. Without it, what is deleted is deleted last, what moves only once (whether there is anything at
    /// all) is not seen to move, and lists of ids are not tried with one's own beside a foreign one where that might delete it.
    pub fn restore<F, R, E>(mut self, restore: F) -> Self
    where
        F: Fn() -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        self.restore = Some(Arc::new(move || {
            let restoring = restore();
            Box::pin(async move { restoring.await.map_err(|error| error.to_string()) })
        }));
        self
    }

    /// Changes the rows of a tenant, beside what its own writes through the service change, for what others must not notice.
    pub fn changes<F, R, E>(mut self, change: F) -> Self
    where
        F: Fn(String) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        self.changes = Some(Arc::new(move |tenant| {
            let changing = change(tenant);
            Box::pin(async move { changing.await.map_err(|error| error.to_string()) })
        }));
        self
    }

    /// What to write at a place that is no id, where the document's type does not say enough: `POST /agents#plan`, or `plan` anywhere.
    /// The keys are those of [`Tenant::id`].
    pub fn value(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.values.push((SeedKey::of(key), value.into()));
        self
    }

    /// An id that exists nowhere, for places of this key, in place of one that is made in the form of the tenants' ids.
    pub fn nowhere(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.nowhere.push((SeedKey::of(key), value.into()));
        self
    }

    /// Signs the body of an operation that takes messages from outside: a webhook. It is given the tenant's name and the body, and
    /// returns headers. Messages are sent without a login.
    pub fn sign<F>(mut self, operation: &str, sign: F) -> Self
    where
        F: Fn(&str, &[u8]) -> Vec<(String, String)> + Send + Sync + 'static,
    {
        self.signers.push((operation.to_owned(), Arc::new(sign)));
        self
    }

    /// Leaves an operation out, or a place of it that lacks an id: `GET /health`, or `GET /agents#cursor_id`; or its caches where they
    /// cannot be tried: `GET /agents#caches`. The reason stands in the report. An operation that does not exist is an error.
    pub fn skip(mut self, operation: &str, reason: &str) -> Self {
        self.skipped.push((operation.to_owned(), reason.to_owned()));
        self
    }

    /// Allows findings of a kind at an operation. The reason stands in the report, and so does an allowance that nothing needs.
    pub fn allow(mut self, kind: Kind, operation: &str, reason: &str) -> Self {
        self.allowed.push((kind, operation.to_owned(), reason.to_owned()));
        self
    }

    /// Does not compare this header.
    pub fn ignore_header(mut self, name: &str) -> Self {
        self.ignored_headers.push(name.to_ascii_lowercase());
        self
    }

    /// Compares how long answers take as well. What is found is a notice and never fails the proof.
    pub fn timing(mut self, timing: Timing) -> Self {
        self.timing = Some(timing);
        self
    }

    /// How long a limit of requests (429, or 503 with `Retry-After`) is waited for, for each request; thirty seconds unless said otherwise.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Tries everything and reports.
    ///
    /// # Errors
    ///
    /// [`ProofError`] if the proof cannot begin: it names what is to be mended. What cannot be tried later is in the report.
    ///
    /// # Cancellation
    ///
    /// A proof that is dropped midway leaves the tenants' rows as the last request left them.
    pub async fn run(&self) -> Result<Report, ProofError> {
        self.check()?;
        run::run(self).await
    }

    /// Tries everything, and ends the test unless nothing was found.
    ///
    /// # Panics
    ///
    /// With the report, or with the [`ProofError`].
    pub async fn assert(&self) {
        match self.run().await {
            Ok(report) => report.assert(),
            Err(error) => panic!("{error}"),
        }
    }

    /// An id that nobody has, for a slot that a tenant has this one for.
    fn nowhere_for(&self, slot: &Slot, like: &Value) -> Value {
        let given = |key: &SeedKey| self.nowhere.iter().find(|(known, _)| known == key);
        slot.keys.iter().find_map(given).map_or_else(|| nowhere(like), |(_, value)| value.clone())
    }

    /// Refuses what makes the proof say nothing.
    fn check(&self) -> Result<(), ProofError> {
        let [first, others @ ..] = self.tenants.as_slice() else { return Err(ProofError::TooFewTenants) };
        if others.is_empty() {
            return Err(ProofError::TooFewTenants);
        }
        for tenant in &self.tenants {
            if let Some(mistake) = tenant.mistakes.first() {
                return Err(ProofError::Tenant { tenant: tenant.name.clone(), mistake: mistake.clone() });
            }
        }
        for (at, one) in self.tenants.iter().enumerate() {
            for other in &self.tenants[at + 1..] {
                check_pair(one, other)?;
            }
        }
        let same_login = |other: &&Tenant| other.login == first.login && !other.login.is_empty();
        if let Some(other) = others.iter().find(same_login) {
            let mistake = format!("its login is that of {}: the proof is about two principals", first.name);
            return Err(ProofError::Tenant { tenant: other.name.clone(), mistake });
        }
        let known = |operation: &str| self.document.operations().any(|known| known == operation);
        let seeds = self.tenants.iter().flat_map(|tenant| tenant.ids.iter().map(|(key, _)| key));
        let settings = seeds.chain(self.values.iter().chain(&self.nowhere).map(|(key, _)| key));
        let named = (settings.filter_map(SeedKey::operation))
            .chain(self.signers.iter().map(|(operation, _)| operation.as_str()))
            .chain(self.skipped.iter().map(|(operation, _)| operation.split('#').next().unwrap_or_default()))
            .chain(self.allowed.iter().map(|(_, operation, _)| operation.as_str()));
        if let Some(unknown) = named.into_iter().find(|operation| !known(operation)) {
            let known = self.document.operations().collect::<Vec<_>>().join(", ");
            return Err(ProofError::UnknownOperation { operation: unknown.to_owned(), known });
        }
        let reasons = (self.skipped.iter().map(|(operation, reason)| (operation, reason)))
            .chain(self.allowed.iter().map(|(_, operation, reason)| (operation, reason)));
        match reasons.into_iter().find(|(_, reason)| reason.trim().is_empty()) {
            Some((operation, _)) => Err(ProofError::NoReason { operation: operation.clone() }),
            None => Ok(()),
        }
    }
}

/// Refuses two tenants that cannot be told apart.
fn check_pair(one: &Tenant, other: &Tenant) -> Result<(), ProofError> {
    let failed = |mistake: String| Err(ProofError::Tenant { tenant: other.name.clone(), mistake });
    if one.name == other.name {
        return failed("another tenant has the same name".to_owned());
    }
    for (key, value) in &one.ids {
        match other.ids.iter().find(|(known, _)| known == key) {
            None => return failed(format!("it has no id `{key}`, and {} has one", one.name)),
            Some((_, same)) if written::plain_text(same) == written::plain_text(value) => {
                return failed(format!(
                    "its id `{key}` is that of {} as well: seed rows whose ids only one of them has",
                    one.name
                ));
            }
            Some(_) => {}
        }
    }
    match other.ids.iter().find(|(key, _)| !one.ids.iter().any(|(known, _)| known == key)) {
        Some((key, _)) => failed(format!("it has an id `{key}`, and {} has none", one.name)),
        None => Ok(()),
    }
}

impl<T> fmt::Debug for Proof<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Proof").field("tenants", &self.tenants).finish_non_exhaustive()
    }
}
