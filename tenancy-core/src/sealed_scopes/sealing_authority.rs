//! An authority that seals what it admitted, and opens it again.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;
use std::panic::Location;
use std::str::FromStr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::{OpenError, SealError};
use super::job::TenantJob;
use super::keys::ScopeKeys;
use super::principal::FromSealed;
use super::purpose::Purpose;
use super::sealed_scope::SealedScope;
use super::token::{self, Claims, Kind, Opened, millis};
use crate::{
    Admission, AdmitError, Admitted, AuditEvent, Authority, Claimed, DetailedMembership, Membership, Reason,
    Scoped, ToTenantKey,
};

/// How far ahead the clock of the machine that sealed may be, unless told otherwise.
const DEFAULT_LEEWAY: Duration = Duration::from_secs(60);

/// An [`Authority`] with keys, which seals scopes and opens them. See [the module](crate::sealed_scopes).
///
/// It lends its authority: `sealing.admit(…)`, and `&sealing` where an `&Authority<M>` is asked for. What keeps an authority, as
/// the edge of `tenancy-axum` does, takes `&sealing` as well: it is the same one, with the same membership and audit.
pub struct SealingAuthority<M> {
    authority: Arc<Authority<M>>,
    keys: Arc<ScopeKeys>,
    leeway: Duration,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl<M> Authority<M> {
    /// Lets it seal scopes, and open them, with `keys`.
    pub fn sealing_with(self, keys: ScopeKeys) -> SealingAuthority<M> {
        SealingAuthority {
            authority: Arc::new(self),
            keys: Arc::new(keys),
            leeway: DEFAULT_LEEWAY,
            clock: Arc::new(SystemTime::now),
        }
    }
}

// The bounds are on the methods, as those of `Authority` are.
impl<M> SealingAuthority<M> {
    /// The longest that something is sealed for: 400 days, for which browsers keep a cookie at most.
    pub const LONGEST_TTL: Duration = Duration::from_secs(400 * 24 * 60 * 60);

    /// Opens what was sealed by machines whose clocks are ahead by `leeway`; a minute, unless this is said. A scope
    /// expires by this machine's clock, without a leeway.
    #[must_use = "this returns the authority with the leeway"]
    pub fn with_clock_leeway(self, leeway: Duration) -> Self {
        Self { leeway, ..self }
    }

    /// Asks `clock` for the time, for tests of what expires.
    #[cfg(any(test, feature = "testing"))]
    #[must_use = "this returns the authority with the clock"]
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self { clock: Arc::new(clock), ..self }
    }

    /// Seals `scope` for `purpose`, to be opened before `ttl` is over.
    ///
    /// # Errors
    ///
    /// [`SealError`]: a `ttl` of nothing or too much, a tenant's id that is not read back, no random numbers.
    pub fn seal<B>(
        &self,
        scope: &Scoped<M::TenantId, B>,
        purpose: Purpose,
        ttl: Duration,
    ) -> Result<SealedScope, SealError>
    where
        M: Membership<TenantId: ToTenantKey + FromStr>,
    {
        self.seal_as(Kind::Scope, scope, purpose, ttl, &()).map(SealedScope::from)
    }

    /// Opens what was sealed for `purpose`, and admits its principal to its tenant again, if the membership still says so.
    ///
    /// The decision is reported to the audit sink, as by [`Authority::admit`].
    ///
    /// # Errors
    ///
    /// [`OpenError`].
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway admits nothing and reports nothing.
    pub async fn open(
        &self,
        sealed: &str,
        purpose: Purpose,
    ) -> Result<Scoped<M::TenantId>, OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr, Principal: FromSealed>,
    {
        let opened = self.look(Kind::Scope, sealed, purpose)?;
        let (principal, tenant) = (principal::<M>(&opened.claims)?, tenant::<M>(&opened.claims)?);
        Ok(self.authority.admit(principal.borrow(), tenant).await?)
    }

    /// As [`open`](Self::open), and keeps what the membership learns.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    ///
    /// # Cancellation
    ///
    /// As [`open`](Self::open).
    pub async fn open_with_details(
        &self,
        sealed: &str,
        purpose: Purpose,
    ) -> Result<Admitted<M::TenantId, M::Details>, OpenError<M::Error>>
    where
        M: DetailedMembership<TenantId: FromStr, Principal: FromSealed>,
    {
        let opened = self.look(Kind::Scope, sealed, purpose)?;
        let (principal, tenant) = (principal::<M>(&opened.claims)?, tenant::<M>(&opened.claims)?);
        Ok(self.authority.admit_with_details(principal.borrow(), tenant).await?)
    }

    /// As [`open`](Self::open), where it is known who brought it: a link that was sealed for somebody else does not open.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`OpenError::WrongPrincipal`].
    ///
    /// # Cancellation
    ///
    /// As [`open`](Self::open).
    pub async fn open_for(
        &self,
        principal: &M::Principal,
        sealed: &str,
        purpose: Purpose,
    ) -> Result<Scoped<M::TenantId>, OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr>,
    {
        let opened = self.look(Kind::Scope, sealed, purpose)?;
        if principal.to_string() != opened.claims.principal {
            return Err(OpenError::WrongPrincipal);
        }
        Ok(self.authority.admit(principal, tenant::<M>(&opened.claims)?).await?)
    }

    /// Opens what was sealed for `purpose` without asking whether its principal still belongs to its tenant, for `reason`.
    ///
    /// For what has to be done for somebody who may have left. Its admission is the one that was sealed, as old as it is.
    /// It is reported to the audit sink with the place of this call. What it gives can be sealed again, and live for longer than
    /// what was opened.
    ///
    /// # Errors
    ///
    /// [`OpenError`], but neither [`Denied`](OpenError::Denied) nor [`Membership`](OpenError::Membership); and
    /// [`OpenError::EmptyReason`] when `reason` is blank.
    #[track_caller]
    pub fn open_without_membership(
        &self,
        sealed: &str,
        purpose: Purpose,
        reason: &str,
    ) -> Result<Scoped<M::TenantId>, OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr>,
    {
        let reason = Reason::new(reason)?;
        let opened = self.look(Kind::Scope, sealed, purpose)?;
        self.unasked(&opened.claims, purpose, &reason)
    }

    /// Seals a job: `payload` and the scope in which a worker does it. See [`TenantJob`].
    ///
    /// Have one purpose for each type of payload: the type is not sealed, and under `purpose` the job opens as any type that reads its JSON.
    ///
    /// # Errors
    ///
    /// As [`seal`](Self::seal), and where the payload cannot be written as JSON, is nested too deeply to be read back, or is too long.
    pub fn seal_job<B, T: Serialize>(
        &self,
        scope: &Scoped<M::TenantId, B>,
        purpose: Purpose,
        ttl: Duration,
        payload: &T,
    ) -> Result<TenantJob<T>, SealError>
    where
        M: Membership<TenantId: ToTenantKey + FromStr>,
    {
        self.seal_as(Kind::Job, scope, purpose, ttl, payload).map(TenantJob::sealed)
    }

    /// Opens a job, and admits its principal to its tenant again, if the membership still says so.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), and [`OpenError::Payload`].
    ///
    /// # Cancellation
    ///
    /// As [`open`](Self::open).
    pub async fn open_job<T: DeserializeOwned + Send>(
        &self,
        job: &TenantJob<T>,
        purpose: Purpose,
    ) -> Result<(Scoped<M::TenantId>, T), OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr, Principal: FromSealed>,
    {
        let opened = self.look(Kind::Job, job.as_str(), purpose)?;
        let payload = opened.payload()?;
        let (principal, tenant) = (principal::<M>(&opened.claims)?, tenant::<M>(&opened.claims)?);
        Ok((self.authority.admit(principal.borrow(), tenant).await?, payload))
    }

    /// Opens a job without asking whether its principal still belongs to its tenant, for `reason`.
    ///
    /// See [`open_without_membership`](Self::open_without_membership).
    ///
    /// # Errors
    ///
    /// As there, and [`OpenError::Payload`].
    #[track_caller]
    pub fn open_job_without_membership<T: DeserializeOwned>(
        &self,
        job: &TenantJob<T>,
        purpose: Purpose,
        reason: &str,
    ) -> Result<(Scoped<M::TenantId>, T), OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr>,
    {
        let reason = Reason::new(reason)?;
        let opened = self.look(Kind::Job, job.as_str(), purpose)?;
        let payload = opened.payload()?;
        Ok((self.unasked(&opened.claims, purpose, &reason)?, payload))
    }

    fn seal_as<B, T: Serialize>(
        &self,
        kind: Kind,
        scope: &Scoped<M::TenantId, B>,
        purpose: Purpose,
        ttl: Duration,
        payload: &T,
    ) -> Result<String, SealError>
    where
        M: Membership<TenantId: ToTenantKey + FromStr>,
    {
        let lifetime = u64::try_from(ttl.as_millis()).map_err(|_| SealError::Ttl)?;
        if lifetime == 0 || ttl > Self::LONGEST_TTL {
            return Err(SealError::Ttl);
        }
        let tenant = scope.tenant().to_tenant_key()?;
        match tenant.as_str().parse::<M::TenantId>() {
            Ok(read) if read == *scope.tenant() => {}
            _ => return Err(SealError::TenantNotReadBack),
        }
        let sealed = millis((self.clock)()).ok_or(SealError::Clock)?;
        let claims = Claims {
            purpose: purpose.as_str().to_owned(),
            tenant: tenant.into(),
            principal: scope.admitted().principal().to_owned(),
            admitted: millis(scope.admitted().at()).ok_or(SealError::Clock)?,
            sealed,
            expires: sealed.checked_add(lifetime).ok_or(SealError::Clock)?,
        };
        token::seal(&self.keys, kind, &claims, payload)
    }

    fn look<E>(&self, kind: Kind, sealed: &str, purpose: Purpose) -> Result<Opened, OpenError<E>> {
        token::open(&self.keys, kind, sealed, purpose, (self.clock)(), self.leeway)
    }

    #[track_caller]
    fn unasked(
        &self,
        claims: &Claims,
        purpose: Purpose,
        reason: &Reason,
    ) -> Result<Scoped<M::TenantId>, OpenError<M::Error>>
    where
        M: Membership<TenantId: FromStr>,
    {
        let tenant = tenant::<M>(claims)?.into_unverified();
        let at = UNIX_EPOCH.checked_add(Duration::from_millis(claims.admitted)).ok_or(OpenError::Clock)?;
        self.authority.sink().record(&AuditEvent::OpenedWithoutMembership {
            principal: &claims.principal,
            tenant: &claims.tenant,
            purpose: purpose.as_str(),
            reason: reason.as_str(),
            location: Location::caller(),
        });
        Ok(Scoped::admitted_as(tenant, Admission::sealed(claims.principal.as_str().into(), at)))
    }
}

/// The sealed tenant, as a claim. What was sealed is read back as itself, or not at all.
fn tenant<M>(claims: &Claims) -> Result<Claimed<M::TenantId>, OpenError<M::Error>>
where
    M: Membership<TenantId: FromStr>,
{
    match claims.tenant.parse::<M::TenantId>() {
        Ok(tenant) if tenant.to_string() == claims.tenant => Ok(Claimed::new(tenant)),
        _ => Err(OpenError::Tenant),
    }
}

/// The sealed principal, likewise.
fn principal<M>(claims: &Claims) -> Result<<M::Principal as FromSealed>::Owned, OpenError<M::Error>>
where
    M: Membership<Principal: FromSealed>,
{
    match M::Principal::from_sealed(&claims.principal) {
        Some(principal) if principal.borrow().to_string() == claims.principal => Ok(principal),
        _ => Err(OpenError::Principal),
    }
}

impl<E> From<AdmitError<E>> for OpenError<E> {
    fn from(error: AdmitError<E>) -> Self {
        match error {
            AdmitError::Denied => Self::Denied,
            AdmitError::Membership(error) => Self::Membership(error),
        }
    }
}

impl<M> Deref for SealingAuthority<M> {
    type Target = Authority<M>;

    fn deref(&self) -> &Authority<M> {
        &self.authority
    }
}

/// The authority within, for what keeps one: `Edge::new(&sealing, …)`.
impl<M> From<&SealingAuthority<M>> for Arc<Authority<M>> {
    fn from(sealing: &SealingAuthority<M>) -> Self {
        Self::clone(&sealing.authority)
    }
}

// By hand: deriving would ask `M: Clone`.
impl<M> Clone for SealingAuthority<M> {
    fn clone(&self) -> Self {
        Self {
            authority: Arc::clone(&self.authority),
            keys: Arc::clone(&self.keys),
            leeway: self.leeway,
            clock: Arc::clone(&self.clock),
        }
    }
}

impl<M: fmt::Debug> fmt::Debug for SealingAuthority<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingAuthority")
            .field("authority", &self.authority)
            .field("keys", &self.keys)
            .finish_non_exhaustive()
    }
}
