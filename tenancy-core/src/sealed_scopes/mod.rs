//! Scopes that leave the process: in a queue, a link, a cookie.
//!
//! A job that carries a tenant's id acts for whoever wrote the queue. A sealed scope carries what an authority decided, under a
//! key that only it has: [`SealingAuthority::seal`] writes one for a [`Purpose`] and a time, and [`SealingAuthority::open`]
//! gives a [`Scoped`](crate::Scoped) back, having asked the membership again. A [`TenantJob`] is one with a payload inside.
//!
//! ```
//! use std::convert::Infallible;
//! use std::time::Duration;
//! use tenancy_core::sealed_scopes::{OpenError, Purpose, ScopeKey, ScopeKeys};
//! use tenancy_core::{Authority, Claimed, Decision, Membership, TenantId};
//!
//! struct Members(TenantId);
//!
//! impl Membership for Members {
//!     type TenantId = TenantId;
//!     type Principal = str;
//!     type Error = Infallible;
//!
//!     async fn check(&self, who: &str, tenant: &TenantId) -> Result<Decision, Infallible> {
//!         Ok(Decision::admit_if(who == "alice" && *tenant == self.0))
//!     }
//! }
//!
//! const EXPORT: Purpose = Purpose::new("export");
//! const INVITATION: Purpose = Purpose::new("invitation");
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let secret = "8b2f0f6a52c9f1b14cc1b6b3e2f9d0a77c51e60a4f8d3b92e1c07f5a6d8e4b31";
//! let key = ScopeKey::from_hex("2026-11", secret)?; // `openssl rand -hex 32`, from the secret store
//! let acme = TenantId::new();
//! let authority = Authority::new(Members(acme)).sealing_with(ScopeKeys::new("shop users", key));
//!
//! let scope = authority.admit("alice", Claimed::new(acme)).await?;
//! let link = authority.seal(&scope, EXPORT, Duration::from_secs(3600))?;
//!
//! let opened = authority.open(link.as_str(), EXPORT).await?;
//! assert_eq!((opened.tenant(), opened.admitted().principal()), (&acme, "alice"));
//!
//! let elsewhere = authority.open(link.as_str(), INVITATION).await;
//! assert!(matches!(elsewhere, Err(OpenError::WrongPurpose { .. })));
//! # Ok(())
//! # }
//! ```
//!
//! ## What is guaranteed
//!
//! - Only who has the key writes one, and nobody changes one: not its tenant, its principal, its purpose, its time, its payload. It
//!   is a PASETO `v4.local` token, which is encrypted too: a link does not tell whose it is.
//! - It opens for its purpose, before it expires, by an authority of its realm, as what it is: a scope is no job.
//! - [`open`](SealingAuthority::open) asks the membership: who has left the tenant in the meantime is denied. What opens without is
//!   [`open_without_membership`](SealingAuthority::open_without_membership), with a reason, and audited.
//! - A job's payload is what its `Serialize` wrote, floats to the last bit. Errors of opening show nothing of it.
//! - Keys are not printed, and are wiped from memory when they are dropped.
//!
//! ## What is not
//!
//! - It is a bearer's: who has it opens it, and more than once. Where a person presents it, say who that is
//!   ([`open_for`](SealingAuthority::open_for)); where it may be used once, keep note of that beside what it does.
//! - It cannot be called back before it expires, except by the membership or by retiring its key. Let it live for as long as
//!   it is needed.
//! - An authority seals whatever scope of its tenants it is given. A scope that another authority admitted is opened as the
//!   principal of this one that displays itself the same: give each authority scopes of its own.
//! - What opens without asking the membership can be sealed again, for as long again, and so on for ever: `open_without_membership`, then
//!   `seal`. The one who was admitted may have left long ago; [`Admission::at`](crate::Admission::at) stays that of the beginning, and each
//!   opening is in the audit trail.
//! - The type of a job's payload is not sealed: under one purpose, a job that was sealed as `Show` opens as a `TenantJob<Delete>` if its JSON is
//!   read as one. Have one purpose for each type of payload.
//! - JSON has no word for NaN and the infinities: `serde_json` writes `null`, which is read as `None` in an `Option`, and as no number
//!   (then the job does not open). A payload nested deeper than 126 levels is not sealed ([`SealError::NotReadBack`]); whether a type reads
//!   what it writes is otherwise its own affair.
//! - Tell a stranger the same of each [`OpenError`]: which of them it is, is for the log.
//!
//! ## Rotation
//!
//! A key has an id, which stands readable in what it seals. The first of [`ScopeKeys`] seals, and all of them open:
//!
//! 1. Let every process accept the new key: `ScopeKeys::new(realm, old).accepting(new)`.
//! 2. Let it seal: `ScopeKeys::new(realm, new).accepting(old)`.
//! 3. Leave the old one out when the last of its seals has expired, or at once if it is known to others.

mod error;
mod job;
mod keys;
mod principal;
mod purpose;
mod sealed_scope;
mod sealing_authority;
#[cfg(test)]
mod tests;
mod token;

pub use error::{OpenError, PayloadError, ScopeKeyError, SealError};
pub use job::TenantJob;
pub use keys::{ScopeKey, ScopeKeys};
pub use principal::FromSealed;
pub use purpose::Purpose;
pub use sealed_scope::SealedScope;
pub use sealing_authority::SealingAuthority;
