//! Who asks, and what their credential says about a tenant.

use std::error::Error;
use std::fmt;
use std::time::SystemTime;

use axum::http::request::Parts;
use tenancy_core::Claimed;

/// Finds out who sent a request.
///
/// [`Jwt`](crate::jwt::Jwt) does by a bearer token; an application with sessions or keys implements it itself. It looks at the head of a
/// request, and has to believe nothing of it that is not proved.
///
/// # Examples
///
/// ## Keys of an API, looked up by their hash
///
/// ```
/// use axum::http::request::Parts;
/// use tenancy_axum::{Authenticate, AuthenticationError, Credential};
/// use tenancy_core::TenantId;
///
/// struct Keys;
///
/// impl Authenticate for Keys {
///     type Principal = String;
///     type TenantId = TenantId;
///
///     async fn authenticate(&self, request: &Parts) -> Result<Credential<String, TenantId>, AuthenticationError> {
///         let key = request.headers.get("x-api-key").ok_or(AuthenticationError::Missing)?;
///         let owner = self.owner_of(key.as_bytes()).await?;
///         Ok(Credential::of(owner))
///     }
/// }
///
/// impl Keys {
///     async fn owner_of(&self, key: &[u8]) -> Result<String, AuthenticationError> {
///         // … its SHA-256, in a table
/// #       Err(AuthenticationError::invalid("there is no such key"))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not find out who sent a request",
    label = "this type does not implement `Authenticate`",
    note = "implement `Authenticate` for it, or use `tenancy_axum::jwt::Jwt`"
)]
pub trait Authenticate: Send + Sync + 'static {
    /// Who asks: what the membership is asked about, or what can be borrowed as that.
    type Principal: Send + Sync + 'static;

    /// How tenants are identified: the membership's.
    type TenantId;

    /// Finds out who sent the request.
    ///
    /// # Errors
    ///
    /// [`AuthenticationError`]. Each but `Unavailable` is answered 401, in the same words.
    fn authenticate(
        &self,
        request: &Parts,
    ) -> impl Future<Output = Result<Credential<Self::Principal, Self::TenantId>, AuthenticationError>> + Send;

    /// The `WWW-Authenticate` of an answer to a request without a good credential (RFC 9110, 11.6.1).
    fn challenge(&self) -> &'static str {
        "Bearer"
    }
}

/// What a proved credential says.
#[derive(Clone)]
pub struct Credential<P, I> {
    pub(crate) principal: P,
    pub(crate) tenant: Option<Claimed<I>>,
    pub(crate) expires_at: Option<SystemTime>,
}

impl<P, I> Credential<P, I> {
    /// Of somebody, for whichever tenant they belong to.
    pub const fn of(principal: P) -> Self {
        Self { principal, tenant: None, expires_at: None }
    }

    /// For one tenant: on another one's host, path or header it is refused.
    #[must_use = "this returns the credential with its tenant"]
    pub fn for_tenant(self, tenant: Claimed<I>) -> Self {
        Self { tenant: Some(tenant), ..self }
    }

    /// Good until then: a web socket or a stream of events that it has opened ends.
    #[must_use = "this returns the credential with its end"]
    pub fn expiring_at(self, end: SystemTime) -> Self {
        Self { expires_at: Some(end), ..self }
    }
}

// Without the principal, which need not have one.
impl<P, I: fmt::Debug> fmt::Debug for Credential<P, I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credential")
            .field("tenant", &self.tenant)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Why nobody is known to have sent a request.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// It has no credential.
    #[error("the request has no credential")]
    Missing,
    /// Its credential is not good. Why is logged, and not answered.
    #[error("the credential is not good: {0}")]
    Invalid(String),
    /// Whether it is good cannot be found out now.
    #[error("the credential could not be checked: see the cause")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

impl AuthenticationError {
    /// A credential that is not good, and why, for the log.
    pub fn invalid(why: impl fmt::Display) -> Self {
        Self::Invalid(why.to_string())
    }

    /// A check that could not be made, and why, for the log.
    pub fn unavailable(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(why.into())
    }
}
