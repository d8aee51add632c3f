//! Tenant tokens as types: claims, memberships and scopes, and the words for where a tenant lives. No database and no
//! runtime.
//!
//! A crate at the edge needs this one alone: a web framework's extractor that admits a request, a crate of domain types
//! that passes scopes along, a catalog of where tenants live, another store that wants the same proof. Applications depend
//! on [`tenancy-diesel`](https://docs.rs/tenancy-diesel), which re-exports all of this and makes a query without a scope a
//! compile error.
//!
//! ```
//! use std::convert::Infallible;
//! use tenancy_core::{Authority, Claimed, Decision, Membership, Scoped, TenantId};
//!
//! struct Staff(Vec<(&'static str, TenantId)>);
//!
//! impl Membership for Staff {
//!     type TenantId = TenantId;
//!     type Principal = str;
//!     type Error = Infallible;
//!
//!     async fn check(&self, who: &str, tenant: &TenantId) -> Result<Decision, Infallible> {
//!         Ok(Decision::admit_if(self.0.iter().any(|member| *member == (who, *tenant))))
//!     }
//! }
//!
//! // What touches tenant data asks for the proof.
//! fn invoices_title(scope: &Scoped<TenantId>) -> String {
//!     format!("Invoices of {}", scope.tenant())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let acme = TenantId::new();
//! let authority = Authority::new(Staff(vec![("alice", acme)]));
//!
//! let scope = authority.admit("alice", Claimed::new(acme)).await.unwrap();
//! assert_eq!(invoices_title(&scope), format!("Invoices of {acme}"));
//!
//! assert!(authority.admit("mallory", Claimed::new(acme)).await.is_err());
//! # }
//! ```
//!
//! ## What is guaranteed
//!
//! - A [`Scoped`] exists only because a [`Membership`] answered [`Decision::Admit`] for its tenant. It has no
//!   public constructor, no `Default`, no conversion from an id, and is not read by serde. Safe code cannot
//!   make one otherwise.
//! - Anything but a clear yes admits nobody: a denial, an error, a future dropped midway, an audit sink that
//!   panics.
//! - Spanning tenants takes a [`CrossTenant`], which is denied unless a `Membership` implements it, needs a
//!   reason, and reports the grant and each use with its place in the source.
//! - A denial looks the same whether the tenant exists or not.
//! - Features only add; none of them weakens this. The feature `testing`, which mints scopes for tests, does
//!   not compile without debug assertions.
//!
//! ## What is not
//!
//! - Anyone can implement a `Membership` that admits everybody. It is one `impl`, which can be searched for:
//!   `impl Membership for`.
//! - A scope is what was decided when it was made. It does not expire and is not revoked; [`Admission::at`]
//!   says how old it is.
//! - The time that a `Membership` takes to deny may tell whether a tenant exists.
//! - A brand ([`brand!`]) tells places in the source apart, not values: two scopes branded by one line share
//!   a brand.
//! - `unsafe` code can forge anything.
//! - This crate does not look at queries. That they ask for a scope is the work of `tenancy-diesel`.
//!
//! ## Map
//!
//! | To | Use |
//! |---|---|
//! | name a tenant | [`TenantId`], or a type of yours |
//! | carry what a request says | [`Claimed`] |
//! | decide who belongs where | [`Membership`], [`Decision`] |
//! | turn a claim into a proof | [`Authority::admit`] |
//! | keep the role that the membership found | [`DetailedMembership`], [`Authority::admit_with_details`], [`Admitted`] |
//! | ask for the proof | [`&Scoped<TenantId>`](Scoped) |
//! | keep two tenants apart in one function | [`brand!`], [`Brand`] |
//! | span tenants | [`Authority::cross_tenant`], [`CrossTenant`] |
//! | write the audit trail | [`AuditSink`], [`AuditEvent`], [`TracingSink`] |
//! | name what it has in caches, buckets, brokers, counters and locks | `names`: `CacheKey`, `StoragePath`, `Topic`, `CounterKey`, `LockKey`, `Label` |
//! | send a scope or a job through a queue, a link, a cookie | `sealed_scopes`: `SealingAuthority`, `TenantJob` |
//! | have tenant and principal in each event of a log | `log_context`: `LogContext` |
//! | say where a tenant lives | [`placement`]: [`Placement`](placement::Placement), [`SchemaName`](placement::SchemaName), [`DatabaseAddress`](placement::DatabaseAddress) |
//! | know where each tenant lives | [`Catalog`](placement::Catalog), [`AllShared`](placement::AllShared), [`TenantStatus`](placement::TenantStatus) |
//! | name a tenant to a database | [`TenantKey`], [`ToTenantKey`] |
//! | name a role of the database | [`RoleName`](database::RoleName) |
//! | let support in, for a reason and a time | [`support`]: [`WithSupport`](support::WithSupport), [`SupportStore`](support::SupportStore) |
//! | test | `testing::scope`, `testing::admitted`, `testing::cross_tenant`, `testing::RecordingSink` |
//!
//! ## Features
//!
//! | Feature | Adds |
//! |---|---|
//! | `testing` | scopes without an authority; enable it in `[dev-dependencies]` only |
//! | `names` | the module `names`, and SHA-256 |
//! | `sealed-scopes` | the module `sealed_scopes`, PASETO and JSON |
//! | `log-context` | the module `log_context`, and tokio's task-locals |
//! | `diesel` | `TenantId` as a Diesel value (`Binary` and `Text`) |
//! | `postgres`, `mysql`, `sqlite` | its conversions for that backend; `postgres` also adds `Uuid` |

mod admission_door;
mod admitted;
mod audit;
mod authority;
mod authority_error;
mod brand;
mod claim;
mod cross_tenant;
pub mod database;
#[doc = include_str!("../docs/design.md")]
pub mod design {}
mod detailed_membership;
#[cfg(feature = "diesel")]
mod diesel_types;
#[cfg(feature = "log-context")]
pub mod log_context;
mod membership;
mod migration_folder;
#[cfg(feature = "names")]
pub mod names;
pub mod placement;
mod reason;
mod scope;
mod scoped_set;
#[cfg(feature = "sealed-scopes")]
pub mod sealed_scopes;
mod shown;
pub mod support;
mod tenant_id;
mod tenant_key;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use admission_door::AdmissionDoor;
pub use admitted::Admitted;
pub use audit::{AuditEvent, AuditSink, TracingSink};
pub use authority::Authority;
pub use authority_error::{AdmitError, CrossTenantError};
pub use brand::{Brand, TakesBrand};
pub use claim::Claimed;
pub use cross_tenant::{Access, CrossTenant};
pub use detailed_membership::{DetailedDecision, DetailedMembership};
pub use membership::{Decision, Membership};
pub use reason::{EmptyReason, Reason};
pub use scope::{Admission, Scoped, Unbranded};
pub use scoped_set::ScopedSet;
pub use tenant_id::{ParseTenantIdError, TenantId};
pub use tenant_key::{InvalidTenantKey, TenantKey, ToTenantKey};

/// What the other crates of this project share. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use crate::cross_tenant::CrossTenantUses;
    pub use crate::database::invalid_name::{invalid_name, invalid_unshown_name};
    pub use crate::migration_folder::write_migration_folder;
    pub use crate::shown::shown;
    pub use crate::tenant_key::check_tenant_text;
}

#[cfg(all(feature = "testing", not(debug_assertions), not(tenancy_allow_testing_in_release)))]
compile_error!(
    "the feature `testing` of tenancy-core is on in a build without debug assertions: it mints scopes without \
     a membership check, so nothing that ships may contain it. Enable it in [dev-dependencies] only. To run \
     tests with `--release`, pass RUSTFLAGS=\"--cfg tenancy_allow_testing_in_release\"."
);

/// Runs the example of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
enum Readme {}
