//! The one token from the request to the row: tenants on axum and tower.
//!
//! An application with axum depends on this crate, beside `tenancy-diesel` and `tenancy-pool`. Who has another framework on tower takes its layers alone; one on
//! something else needs [`tenancy-core`](https://docs.rs/tenancy-core) only.
//!
//! An [`Edge`] is made of three parts: who asks ([`Authenticate`]), which tenant is meant ([`resolve`]), and whether the one belongs to the other
//! ([`Authority`](tenancy_core::Authority)). Its [layer](EdgeLayer) lets nobody through who was not admitted, and handlers take the scope by [`Tenant`], or with
//! what the membership has learnt by [`Member`].
//!
//! The README has an example, what is guaranteed and what is not, and a map; [`design`] says why it is built so.

mod authentication;
#[doc = include_str!("../docs/design.md")]
pub mod design {}
mod edge;
mod extract;
mod host;
#[cfg(feature = "jwt")]
pub mod jwt;
mod limit;
#[cfg(feature = "live")]
pub mod live;
mod problem;
mod proxies;
mod quoted;
#[cfg(feature = "live")]
mod recheck;
pub mod resolve;
#[cfg(feature = "metrics")]
mod tenant_metrics;
#[cfg(feature = "pool")]
mod transaction;
#[cfg(feature = "webhooks")]
pub mod webhooks;

pub use authentication::{Authenticate, AuthenticationError, Credential};
pub use edge::{Edge, EdgeLayer, EdgeService};
pub use extract::{Member, Principal, Tenant};
pub use host::{Host, InvalidHost};
pub use limit::{LimitLayer, LimitService, Refused, Subject};
pub use problem::Problem;
pub use proxies::{InvalidNetwork, Origin, TrustedProxies};
#[cfg(feature = "live")]
pub use recheck::MembershipChanges;
#[cfg(feature = "metrics")]
pub use tenant_metrics::{MetricsLayer, MetricsService};
#[cfg(feature = "pool")]
pub use transaction::{EitherTransaction, Transaction, TransactionLayer, TransactionService};

/// Runs the example of the README.
#[cfg(all(doctest, feature = "jwt"))]
#[doc = include_str!("../README.md")]
enum Readme {}
