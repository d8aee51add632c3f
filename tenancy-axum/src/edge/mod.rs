//! From a request to a scope: authenticate, resolve, admit. Once for each request.

mod agreement;
mod caching;
pub(crate) mod door;
mod enter;
mod layer;

use std::borrow::Borrow;
use std::fmt::{self, Display};
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use futures_util::future::BoxFuture;
use tenancy_core::log_context::LogContext;
use tenancy_core::{Authority, DetailedMembership, Membership};

use self::door::{Detailed, Door, Plain};
pub use self::layer::{EdgeLayer, EdgeService};
use crate::authentication::Authenticate;
#[cfg(feature = "live")]
use crate::recheck::MembershipChanges;
use crate::resolve::Resolver;
use crate::{Problem, TrustedProxies};

/// How long a client is asked to wait where the membership or a directory did not answer.
pub(crate) const TRY_AGAIN: Duration = Duration::from_secs(5);

/// What turns a request into a scope: who asks ([`Authenticate`]), which tenant is meant ([`Resolver`]), and whether the one belongs to the other
/// ([`Authority`]).
///
/// [`layer`](Self::layer) makes a tower layer of it. What is behind that layer is reached by nobody who was not admitted; the handlers there take the
/// scope by [`Tenant`](crate::Tenant) or [`Member`](crate::Member).
///
/// # Answers
///
/// | what | answer |
/// |---|---|
/// | no credential, or one that is not good | 401 |
/// | no tenant, or one that the principal does not belong to, or one that does not exist, or two that disagree | 404, the same in all of these |
/// | a request that names two hosts | 400 |
/// | a membership, a directory or a set of keys that does not answer | 503 |
///
/// Nothing is asked about tenants before the credential is found to be good. After that, a refusal of a tenant has asked the membership once, about the one that
/// was named or about one that does not exist ([`Lookup::decoy`](crate::resolve::Lookup::decoy),
/// [`DomainDirectory::decoy`](crate::resolve::DomainDirectory::decoy)), and the audit has a denial in either case. So its time tells no more than the membership's own does.
/// A request that names nothing that could be a tenant's asks nobody and is in no audit: none at all, a text that is no id, a name below a tenant's, a
/// host of others where the directory has no decoy.
///
/// # Examples
///
/// ```
/// # use std::convert::Infallible;
/// # use axum::http::request::Parts;
/// # use tenancy_axum::{Authenticate, AuthenticationError, Credential};
/// # use tenancy_core::{Decision, Membership};
/// use axum::{Router, routing::get};
/// use tenancy_axum::resolve::{Directory, Subdomain};
/// use tenancy_axum::{Edge, Tenant};
/// use tenancy_core::{Authority, TenantId};
///
/// async fn title(Tenant(scope): Tenant) -> String {
///     format!("Notes of {}", scope.tenant())
/// }
///
/// # struct Keys;
/// # impl Authenticate for Keys {
/// #     type Principal = String;
/// #     type TenantId = TenantId;
/// #     async fn authenticate(&self, _: &Parts) -> Result<Credential<String, TenantId>, AuthenticationError> { Err(AuthenticationError::Missing) }
/// # }
/// # struct Members;
/// # impl Membership for Members {
/// #     type TenantId = TenantId;
/// #     type Principal = str;
/// #     type Error = Infallible;
/// #     async fn check(&self, _: &str, _: &TenantId) -> Result<Decision, Infallible> { Ok(Decision::Deny) }
/// # }
/// # fn app() -> Result<Router, tenancy_axum::InvalidHost> {
/// let edge = Edge::new(Authority::new(Members), Keys)
///     .resolver(Subdomain::of("example.com", Directory::ids())?);
/// let app = Router::new().route("/", get(title)).layer(edge.layer());
/// # Ok(app)
/// # }
/// ```
pub struct Edge<A: Authenticate> {
    authenticator: Arc<A>,
    door: Arc<dyn Door<A::Principal, A::TenantId>>,
    resolvers: Vec<Arc<dyn Resolver<A::TenantId>>>,
    proxies: TrustedProxies,
    #[cfg(feature = "live")]
    changes: MembershipChanges,
    credential_headers: Vec<HeaderName>,
}

impl<A: Authenticate<TenantId: PartialEq + Clone + Display + Send + Sync + 'static>> Edge<A> {
    /// One whose scopes carry nothing but the tenant.
    ///
    /// The authenticator's principals are the membership's, or what borrows as that: `String` where the membership asks for `str`.
    ///
    /// The authority is taken by value, in an `Arc`, or as `&sealing` from a `SealingAuthority` (`tenancy-core`, feature `sealed-scopes`), which goes on using it.
    pub fn new<M>(authority: impl Into<Arc<Authority<M>>>, authenticator: A) -> Self
    where
        M: Membership<TenantId = A::TenantId> + 'static,
        A::Principal: Borrow<M::Principal>,
    {
        Self::behind(Plain(authority.into()), authenticator)
    }

    /// One whose scopes carry what the membership learns: handlers take it by [`Member`](crate::Member). The authority is taken as by [`new`](Self::new).
    pub fn with_details<M>(authority: impl Into<Arc<Authority<M>>>, authenticator: A) -> Self
    where
        M: DetailedMembership<TenantId = A::TenantId> + 'static,
        A::Principal: Borrow<M::Principal>,
    {
        Self::behind(Detailed(authority.into()), authenticator)
    }

    fn behind(door: impl Door<A::Principal, A::TenantId>, authenticator: A) -> Self {
        Self {
            authenticator: Arc::new(authenticator),
            door: Arc::new(door),
            resolvers: Vec::new(),
            proxies: TrustedProxies::none(),
            #[cfg(feature = "live")]
            changes: MembershipChanges::new(),
            credential_headers: vec![AUTHORIZATION, COOKIE],
        }
    }

    /// Reads the tenant in this way as well. Ways that say something have to say the same.
    ///
    /// Without any, only a credential that is [for one tenant](crate::Credential::for_tenant) names one.
    #[must_use = "this returns the edge with the resolver"]
    pub fn resolver(mut self, resolver: impl Resolver<A::TenantId>) -> Self {
        self.resolvers.push(Arc::new(resolver));
        self
    }

    /// Lets these proxies say whom a request was sent to. Nobody does otherwise.
    #[must_use = "this returns the edge with the proxies"]
    pub fn trusted_proxies(mut self, proxies: TrustedProxies) -> Self {
        self.proxies = proxies;
        self
    }

    /// Headers that the authenticator reads beside `Authorization` and `Cookie`, for a cache's `Vary`.
    #[must_use = "this returns the edge with the headers"]
    pub fn credential_headers(mut self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.credential_headers.extend(names);
        self
    }

    /// Where the application says that a membership has changed, for streams and web sockets that are open.
    #[cfg(feature = "live")]
    #[must_use]
    pub fn membership_changes(&self) -> MembershipChanges {
        self.changes.clone()
    }

    /// The layer, for a router or any other service.
    pub fn layer(&self) -> EdgeLayer {
        EdgeLayer::new(Arc::new(self.clone()), self.vary())
    }

    /// Each header that may decide whose an answer is.
    fn vary(&self) -> String {
        let mut names = self.credential_headers.clone();
        names.extend(self.proxies.headers().iter().cloned());
        names.extend(self.resolvers.iter().filter_map(|resolver| resolver.header()));
        let names: Vec<&str> = names.iter().map(HeaderName::as_str).collect();
        names.join(", ")
    }
}

/// An edge, whatever its types: what a service calls.
pub(crate) trait Enter: Send + Sync {
    /// Lets a request in: its scope and what belongs to that are in its extensions then.
    fn enter<'a>(&'a self, request: &'a mut Parts) -> BoxFuture<'a, Result<LogContext, Problem>>;
}

// By hand: deriving would ask `A: Clone`.
impl<A: Authenticate> Clone for Edge<A> {
    fn clone(&self) -> Self {
        Self {
            authenticator: Arc::clone(&self.authenticator),
            door: Arc::clone(&self.door),
            resolvers: self.resolvers.clone(),
            proxies: self.proxies.clone(),
            #[cfg(feature = "live")]
            changes: self.changes.clone(),
            credential_headers: self.credential_headers.clone(),
        }
    }
}

impl<A: Authenticate> fmt::Debug for Edge<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Edge")
            .field("resolvers", &self.resolvers.len())
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}
