//! The authenticator.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::http::header::{AUTHORIZATION, COOKIE};
use axum::http::request::Parts;
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value};
use tenancy_core::{Claimed, TenantId};

use super::keys::{KeyError, Keys};
use super::provider;
use crate::{Authenticate, AuthenticationError, Credential};

/// The longest token that is looked at.
const LONGEST_TOKEN: usize = 16 * 1024;

/// How far clocks may differ.
const LEEWAY: u64 = 30;

/// Authenticates by a JWT (RFC 7519, with the advice of RFC 8725): `Authorization: Bearer …`, or a cookie where one is [named](Self::cookie).
///
/// A token has to have `exp`, `iss`, `aud` and `sub`, to be issued by the issuer for the audience, to be within its time (with thirty seconds for clocks),
/// and to be signed with a key of [`Keys`] by that key's algorithm. Its `sub` is the principal.
///
/// # Examples
///
/// ```
/// use tenancy_axum::jwt::{Jwt, Key};
/// use tenancy_core::TenantId;
///
/// # fn build(secret: &[u8]) -> Result<(), tenancy_axum::jwt::InvalidKey> {
/// let jwt = Jwt::<TenantId>::new(Key::secret(secret)?, "https://id.example.com/", "https://app.example.com")
///     .tenant_claim("tenant");
/// # Ok(())
/// # }
/// ```
pub struct Jwt<I = TenantId> {
    keys: Arc<dyn Keys>,
    validation: Validation,
    tenant: Option<TenantClaim>,
    types: Vec<String>,
    cookie: Option<String>,
    id: PhantomData<fn() -> I>,
}

#[derive(Clone, Debug)]
struct TenantClaim {
    name: String,
    is_required: bool,
}

impl<I: FromStr> Jwt<I> {
    /// Takes tokens of this issuer for this audience, which is the application.
    pub fn new(keys: impl Keys, issuer: &str, audience: &str) -> Self {
        provider::install();
        let mut validation = Validation::default();
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = LEEWAY;
        Self {
            keys: Arc::new(keys),
            validation,
            tenant: None,
            types: Vec::new(),
            cookie: None,
            id: PhantomData,
        }
    }

    /// The claim that has the tenant's id. A token that has it is good for this tenant and no other; one without it is for whichever its
    /// principal belongs to.
    #[must_use = "this returns the authenticator with the claim"]
    pub fn tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(TenantClaim { name: name.into(), is_required: false });
        self
    }

    /// As [`tenant_claim`](Self::tenant_claim), and a token without it is refused.
    #[must_use = "this returns the authenticator with the claim"]
    pub fn required_tenant_claim(mut self, name: impl Into<String>) -> Self {
        self.tenant = Some(TenantClaim { name: name.into(), is_required: true });
        self
    }

    /// The `typ` that tokens have to have, such as `at+jwt` (RFC 9068): then a token that the same issuer makes for something else is
    /// refused.
    #[must_use = "this returns the authenticator with the type"]
    pub fn required_type(mut self, typ: impl Into<String>) -> Self {
        self.types.push(typ.into());
        self
    }

    /// Takes the token from this cookie as well, where there is no `Authorization`: for web sockets of browsers, which send no other header.
    ///
    /// A browser sends a cookie along with what other sites make it ask for. Set it `SameSite=Lax` or `Strict`, `Secure`, `HttpOnly` and
    /// `__Host-`, and guard what changes something against forged requests.
    #[must_use = "this returns the authenticator with the cookie"]
    pub fn cookie(mut self, name: impl Into<String>) -> Self {
        self.cookie = Some(name.into());
        self
    }
}

impl<I: FromStr + Send + Sync + 'static> Authenticate for Jwt<I> {
    type Principal = String;
    type TenantId = I;

    async fn authenticate(&self, request: &Parts) -> Result<Credential<String, I>, AuthenticationError> {
        let token = self.token(request)?;
        if token.len() > LONGEST_TOKEN {
            return Err(AuthenticationError::invalid("the token is too long"));
        }
        let header = decode_header(token).map_err(AuthenticationError::invalid)?;
        if !self.types.is_empty()
            && !header.typ.as_deref().is_some_and(|typ| self.types.iter().any(|known| is_type(typ, known)))
        {
            return Err(AuthenticationError::invalid("the token's `typ` is another one"));
        }
        let key = self.keys.key(header.kid.as_deref()).await.map_err(|error| match error {
            KeyError::Unknown => AuthenticationError::invalid(error),
            KeyError::Unavailable(_) => AuthenticationError::unavailable(error),
        })?;
        let mut validation = self.validation.clone();
        // Of the key, whatever the token says.
        validation.algorithms = vec![key.algorithm.of_library()];
        let claims = decode::<Map<String, Value>>(token, &key.key, &validation)
            .map_err(AuthenticationError::invalid)?
            .claims;
        self.credential(&claims)
    }
}

impl<I: FromStr> Jwt<I> {
    fn token<'a>(&self, request: &'a Parts) -> Result<&'a str, AuthenticationError> {
        let mut lines = request.headers.get_all(AUTHORIZATION).iter();
        match (lines.next(), lines.next()) {
            (Some(_), Some(_)) => Err(AuthenticationError::invalid("two `Authorization` headers")),
            (Some(line), None) => {
                let line = line.to_str().map_err(AuthenticationError::invalid)?;
                let (scheme, token) = line.split_once(' ').unwrap_or((line, ""));
                if scheme.eq_ignore_ascii_case("bearer") {
                    Ok(token.trim())
                } else {
                    Err(AuthenticationError::invalid("another scheme than `Bearer`"))
                }
            }
            (None, _) => self
                .cookie
                .as_deref()
                .and_then(|name| cookie(request, name))
                .ok_or(AuthenticationError::Missing),
        }
    }

    fn credential(&self, claims: &Map<String, Value>) -> Result<Credential<String, I>, AuthenticationError> {
        let subject = claims.get("sub").and_then(Value::as_str).filter(|subject| !subject.is_empty());
        let subject = subject.ok_or_else(|| AuthenticationError::invalid("`sub` is no text"))?;
        let mut credential = Credential::of(subject.to_owned());
        if let Some(end) = claims.get("exp").and_then(Value::as_f64)
            && let Ok(since) = Duration::try_from_secs_f64(end)
            && let Some(end) = SystemTime::UNIX_EPOCH.checked_add(since)
        {
            credential = credential.expiring_at(end);
        }
        let Some(claim) = &self.tenant else { return Ok(credential) };
        match claims.get(&claim.name) {
            None if claim.is_required => Err(AuthenticationError::invalid("the token names no tenant")),
            None => Ok(credential),
            Some(value) => {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => {
                        return Err(AuthenticationError::invalid(
                            "the token's tenant is neither a text nor a number",
                        ));
                    }
                };
                let tenant =
                    text.parse().map_err(|_| AuthenticationError::invalid("the token's tenant is no id"))?;
                Ok(credential.for_tenant(Claimed::new(tenant)))
            }
        }
    }
}

/// `at+jwt` and `application/at+jwt` are one (RFC 7515, 4.1.9), whatever their case.
fn is_type(typ: &str, known: &str) -> bool {
    let short = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.strip_prefix("application/").map(str::to_owned).unwrap_or(text)
    };
    short(typ) == short(known)
}

/// The value of a cookie (RFC 6265, 5.4); `None` where there are two, one of which somebody has planted.
fn cookie<'a>(request: &'a Parts, name: &str) -> Option<&'a str> {
    let lines = request.headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(found, _)| *found == name).map(|(_, value)| value);
    values.next().filter(|_| values.next().is_none())
}

impl<I> fmt::Debug for Jwt<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwt")
            .field("issuer", &self.validation.iss)
            .field("audience", &self.validation.aud)
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}
