//! Webhooks, step by step: nothing of one can be read before its signature was checked over the bytes that came, and nothing is done for a
//! tenant before an authority has admitted it.
//!
//! | step | what one has | what it can do |
//! |---|---|---|
//! | a request | [`Webhook<Unverified>`](Unverified), an extractor | [`verify`](Webhook::verify) |
//! | its signature is good | [`Webhook<Verified>`](Verified) | show its body; [`once`](Webhook::once) |
//! | it was not handled yet | [`Webhook<Fresh>`](Fresh) | [`admit`](Webhook::admit), by the provider's account |
//! | an authority admitted it | [`Webhook<InScope>`](InScope) | lend its scope; [`done`](Webhook::done) |
//!
//! ```
//! use axum::extract::State;
//! use tenancy_axum::Problem;
//! use tenancy_axum::webhooks::{Accounts, EventLog, Once, Signature, Unverified, Webhook};
//! use tenancy_core::{Authority, Membership, TenantId};
//!
//! #[derive(serde::Deserialize)]
//! struct Event { account: String }
//!
//! async fn stripe<M: Membership<TenantId = TenantId, Principal = str>, L: EventLog, A: Accounts<TenantId = TenantId>>(
//!     authority: &Authority<M>, events: &L, accounts: &A, signature: &Signature, hook: Webhook<Unverified>,
//! ) -> Result<(), Problem> {
//!     let hook = hook.verify(signature)?;
//!     let event: Event = hook.json()?;
//!     let Once::First(hook) = hook.once("stripe", events).await? else { return Ok(()) };
//!     let hook = hook.admit(authority, "stripe", accounts, &event.account).await?;
//!     // … statements in `hook.scope()`
//!     hook.done(events).await
//! }
//! ```
//!
//! What is not marked as [done](Webhook::done) is handled again when the provider sends it again, after the lease of a minute has passed: so what a handler
//! does before that has to bear being done twice, or be undone with its transaction.

mod deduplication;
mod signature;
#[cfg(any(feature = "postgres", feature = "sqlite"))]
mod table;

use std::fmt;
use std::time::SystemTime;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::HeaderMap;
use serde::de::DeserializeOwned;
use tenancy_core::{AdmitError, Authority, Claimed, Membership, Scoped};

use self::deduplication::LEASE;
pub use self::deduplication::{Accounts, Begun, EventKey, EventLog, Once};
pub use self::signature::{InvalidSecret, Secrets, Signature};
#[cfg(any(feature = "postgres", feature = "sqlite"))]
pub use self::table::{MIGRATION, TableLog, tenancy_webhook_events};
use crate::Problem;
use crate::edge::TRY_AGAIN;

/// A webhook, as far as it has come: see [the module](crate::webhooks).
///
/// # Examples
///
/// ## Its body is not read before its signature is checked
///
/// ```compile_fail,E0277
/// use tenancy_axum::webhooks::{Unverified, Webhook};
///
/// async fn hook(hook: Webhook<Unverified>) {
///     let account = hook.body();
/// }
/// ```
#[must_use = "a webhook that is not verified does nothing"]
pub struct Webhook<S> {
    headers: HeaderMap,
    body: Bytes,
    state: S,
}

/// It came. Anybody may have sent it.
#[derive(Debug)]
pub struct Unverified(());

/// Its signature is good.
#[derive(Debug)]
pub struct Verified {
    id: String,
}

/// It was not handled yet, and nobody else handles it.
#[derive(Debug)]
pub struct Fresh {
    key: EventKey,
}

/// An authority admitted it to the tenant that its provider's account is mapped to.
#[derive(Debug)]
pub struct InScope<I> {
    key: EventKey,
    scope: Scoped<I>,
}

impl<S: Send + Sync> FromRequest<S> for Webhook<Unverified> {
    type Rejection = axum::response::Response;

    /// Reads the body as it came, as far as axum's `DefaultBodyLimit` lets it.
    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let body =
            Bytes::from_request(request, state).await.map_err(axum::response::IntoResponse::into_response)?;
        Ok(Self { headers, body, state: Unverified(()) })
    }
}

impl Webhook<Unverified> {
    /// Checks the signature, over the bytes of the body as they came.
    ///
    /// # Errors
    ///
    /// 400, whatever is wrong with it; what, is logged.
    pub fn verify(self, signature: &Signature) -> Result<Webhook<Verified>, Problem> {
        self.verify_at(signature, SystemTime::now())
    }

    /// As [`verify`](Self::verify), at another time: for tests with signatures that were recorded.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify).
    pub fn verify_at(self, signature: &Signature, now: SystemTime) -> Result<Webhook<Verified>, Problem> {
        let Self { headers, body, .. } = self;
        match signature.check(&headers, &body, now) {
            Ok(id) => Ok(Webhook { headers, body, state: Verified { id } }),
            Err(fault) => {
                tracing::warn!(target: "tenancy::edge", %fault, "a webhook's signature is not good");
                Err(Problem::bad_request("the signature is not good"))
            }
        }
    }
}

/// States in which the signature was checked: all but [`Unverified`]. Sealed.
#[diagnostic::on_unimplemented(
    message = "the signature of this webhook was not checked: anybody may have written its body",
    label = "this is before the signature was checked",
    note = "check it first: `let hook = hook.verify(&signature)?;`"
)]
pub trait Signed: sealed::Sealed {}

impl Signed for Verified {}
impl Signed for Fresh {}
impl<I> Signed for InScope<I> {}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Verified {}
    impl Sealed for super::Fresh {}
    impl<I> Sealed for super::InScope<I> {}
}

// The bounds are on the methods, so that a missing check is reported in its own words.
impl<S> Webhook<S> {
    /// The body, which is what was signed.
    #[must_use]
    pub fn body(&self) -> &Bytes
    where
        S: Signed,
    {
        &self.body
    }

    /// The headers. Signed is what the form of the signature says: the id and the time of Standard Webhooks, and none of GitHub's.
    #[must_use]
    pub const fn headers(&self) -> &HeaderMap
    where
        S: Signed,
    {
        &self.headers
    }

    /// The body, read as JSON.
    ///
    /// # Errors
    ///
    /// 422 where it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Problem>
    where
        S: Signed,
    {
        serde_json::from_slice(&self.body).map_err(|error| {
            // Where, and not what: the error's own text quotes the body.
            tracing::warn!(target: "tenancy::edge", line = error.line(), column = error.column(), "a webhook's body is not as expected");
            Problem::unprocessable("the body is not as expected")
        })
    }
}

impl Webhook<Verified> {
    /// What tells this event from others of its provider. See [`Signature`] for where it is from.
    #[must_use]
    pub fn event_id(&self) -> &str {
        &self.state.id
    }

    /// Takes note of the event in `log`, and goes on only if it was not handled before.
    ///
    /// `provider` names the owner of the secret that the event was signed with, since the id is whatever that one says. For Stripe it is `"stripe"`. Where each customer
    /// has a secret and an endpoint of their own, it has the customer in it (`"hooks/acme"`): with one name for all of them, whoever has a secret takes another's id
    /// in advance, and the other's event is a [`Duplicate`](Once::Duplicate) that nobody handles.
    ///
    /// # Errors
    ///
    /// 503 where the log does not answer, and where the event is being handled by somebody else: the provider sends it again.
    pub async fn once<L: EventLog>(self, provider: &str, log: &L) -> Result<Once, Problem> {
        let Self { headers, body, state } = self;
        let key = EventKey { provider: provider.to_owned(), event: state.id };
        match log.begin(&key, LEASE).await.map_err(|error| unanswered(&error))? {
            Begun::First => Ok(Once::First(Webhook { headers, body, state: Fresh { key } })),
            Begun::Done => Ok(Once::Duplicate),
            Begun::UnderWay => Err(Problem::unavailable(LEASE)),
        }
    }
}

impl Webhook<Fresh> {
    /// Finds the tenant of the provider's account, and has `authority` admit `principal` to it: the provider, as the membership knows it.
    ///
    /// `account` is a part of the body, which is signed.
    ///
    /// # Errors
    ///
    /// 404 where the account is nobody's, or the membership denies it; 503 where one of the two does not answer.
    pub async fn admit<M, A>(
        self,
        authority: &Authority<M>,
        principal: &M::Principal,
        accounts: &A,
        account: &str,
    ) -> Result<Webhook<InScope<M::TenantId>>, Problem>
    where
        M: Membership,
        A: Accounts<TenantId = M::TenantId>,
    {
        let Self { headers, body, state: Fresh { key } } = self;
        let tenant = accounts.tenant_of(account).await.map_err(|error| unanswered(&error))?;
        let claim = Claimed::new(tenant.ok_or(Problem::not_found())?);
        let scope = authority.admit(principal, claim).await.map_err(|error| match error {
            AdmitError::Denied => Problem::not_found(),
            other => unanswered(&other),
        })?;
        Ok(Webhook { headers, body, state: InScope { key, scope } })
    }
}

impl<I> Webhook<InScope<I>> {
    /// The scope, for statements.
    pub const fn scope(&self) -> &Scoped<I> {
        &self.state.scope
    }

    /// Marks the event as handled: it is not handled again.
    ///
    /// # Errors
    ///
    /// 503 where the log does not answer. Then the provider sends the event again, and it is handled again.
    pub async fn done<L: EventLog>(self, log: &L) -> Result<(), Problem> {
        log.finish(&self.state.key).await.map_err(|error| unanswered(&error))
    }
}

fn unanswered(error: &(dyn std::error::Error + 'static)) -> Problem {
    crate::problem::log(error);
    Problem::unavailable(TRY_AGAIN)
}

// Without the body and the headers: before the signature is checked, a log is as good as any other reader.
impl<S: fmt::Debug> fmt::Debug for Webhook<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("state", &self.state).finish_non_exhaustive()
    }
}
