//! What in a request says which tenant is meant: its host, its path, a header.
//!
//! An [`Edge`](crate::Edge) asks each of its resolvers. What they say are claims, which a membership then has to admit. All that say something have
//! to say the same, the credential's own tenant included; so their order decides nothing but what is looked up first.

mod directory;
mod domains;
mod header;
mod path;
mod subdomain;

use std::error::Error;

use axum::http::HeaderName;
use axum::http::request::Parts;
use futures_util::future::BoxFuture;
use tenancy_core::Claimed;

pub use self::directory::{Directory, Lookup};
pub use self::domains::{CustomDomains, Domain, DomainDirectory};
pub use self::header::TenantHeader;
pub use self::path::TenantPath;
pub use self::subdomain::Subdomain;
use crate::{Origin, Problem};

/// A request, as resolvers see it.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Its head.
    pub request: &'a mut Parts,
    /// How it came: its host is the one that counts, also behind proxies.
    pub origin: &'a Origin,
}

/// Reads which tenant a request means.
///
/// [`Subdomain`], [`CustomDomains`], [`TenantPath`] and [`TenantHeader`] do. One of one's own says what it found by a [`Resolution`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not read a tenant `{I}` from a request",
    label = "this type does not implement `Resolver<{I}>`",
    note = "use `Subdomain`, `CustomDomains`, `TenantPath` or `TenantHeader`, made for the id that the membership has, or implement `Resolver`"
)]
pub trait Resolver<I>: Send + Sync + 'static {
    /// Reads the tenant.
    ///
    /// # Errors
    ///
    /// [`ResolveError`], where the request contradicts itself or a directory does not answer.
    fn resolve<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>>;

    /// The header that it reads, for a cache's `Vary`.
    fn header(&self) -> Option<HeaderName> {
        None
    }
}

/// What a resolver found.
#[derive(Clone, Debug)]
#[must_use = "a resolution that nobody reads names no tenant"]
pub struct Resolution<I> {
    pub(crate) said: Said<I>,
    pub(crate) host: HostIs,
    pub(crate) decoy: Option<I>,
}

#[derive(Clone, Debug)]
pub(crate) enum Said<I> {
    Nothing,
    Tenant(Claimed<I>),
    /// Something that no tenant has. With an id that nobody belongs to, to do the same work for.
    Nobody(Option<I>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostIs {
    NotLookedAt,
    Ours,
    Foreign,
}

impl<I> Resolution<I> {
    const fn new(said: Said<I>) -> Self {
        Self { said, host: HostIs::NotLookedAt, decoy: None }
    }

    /// The request says nothing in this way.
    pub const fn silent() -> Self {
        Self::new(Said::Nothing)
    }

    /// The request means this tenant.
    pub const fn claims(tenant: Claimed<I>) -> Self {
        Self::new(Said::Tenant(tenant))
    }

    /// The request names something that is no tenant's: it is refused, as a stranger is.
    ///
    /// `decoy` is an id that no tenant has. The membership is asked about it, so that this takes as long as asking about a tenant.
    pub const fn nobody(decoy: Option<I>) -> Self {
        Self::new(Said::Nobody(decoy))
    }

    /// The host is one of the application's or of its tenants'.
    pub const fn on_own_host(mut self) -> Self {
        self.host = HostIs::Ours;
        self
    }

    /// The host is none that this resolver knows. Where no other knows it, the request is refused.
    pub const fn on_foreign_host(mut self) -> Self {
        self.host = HostIs::Foreign;
        self
    }

    /// An id that no tenant has, about which the membership is asked where the request is refused for its [host](Self::on_foreign_host): so that this takes as
    /// long as asking about the tenant of a host that there is.
    pub fn with_decoy(mut self, decoy: I) -> Self {
        self.decoy = Some(decoy);
        self
    }
}

/// Why a resolver could not say which tenant is meant.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The request contradicts itself, or cannot be read.
    #[error("the request cannot be read: {}", .0.status())]
    Refused(Problem),
    /// A directory of tenants did not answer.
    #[error("a directory of tenants did not answer: see the cause")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl ResolveError {
    /// A directory that did not answer.
    pub fn unavailable(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(why.into())
    }
}
