//! The only maker of scopes.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::{
    AdmitError, Admitted, AuditEvent, AuditSink, Claimed, CrossTenant, CrossTenantError, Decision,
    DetailedDecision, DetailedMembership, Membership, Reason, Scoped, ScopedSet, TracingSink,
};

/// Turns claims into proofs by asking a [`Membership`], and reports what it decided.
///
/// An application makes one and shares it, for example in an `Arc`. Anything but a clear [`Decision::Admit`]
/// admits nobody.
///
/// # Examples
///
/// ## Admitting a request
///
/// ```
/// use std::convert::Infallible;
/// use tenancy_core::{AdmitError, Authority, Claimed, Decision, Membership, TenantId};
///
/// struct OwnTenant(TenantId);
///
/// impl Membership for OwnTenant {
///     type TenantId = TenantId;
///     type Principal = str;
///     type Error = Infallible;
///
///     async fn check(&self, principal: &str, tenant: &TenantId) -> Result<Decision, Infallible> {
///         Ok(Decision::admit_if(principal == "alice" && *tenant == self.0))
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let acme = TenantId::new();
/// let authority = Authority::new(OwnTenant(acme));
///
/// let scope = authority.admit("alice", Claimed::new(acme)).await.unwrap();
/// assert_eq!(scope.tenant(), &acme);
///
/// let denied = authority.admit("mallory", Claimed::new(acme)).await;
/// assert!(matches!(denied, Err(AdmitError::Denied)));
/// # }
/// ```
pub struct Authority<M> {
    membership: M,
    sink: Arc<dyn AuditSink>,
}

// The bounds are on the methods, so that a missing `Membership` is reported in its own words.
impl<M> Authority<M> {
    /// Makes an authority that asks `membership` and reports through [`TracingSink`].
    pub fn new(membership: M) -> Self
    where
        M: Membership,
    {
        Self { membership, sink: Arc::new(TracingSink) }
    }

    /// Reports to `sink` instead.
    #[must_use = "this returns the authority with the sink"]
    pub fn with_audit_sink(self, sink: impl AuditSink) -> Self {
        Self { sink: Arc::new(sink), ..self }
    }

    /// Borrows the membership.
    pub const fn membership(&self) -> &M {
        &self.membership
    }

    /// Admits `principal` to the claimed tenant, if the membership says so.
    ///
    /// The decision is reported to the audit sink before the scope is returned.
    ///
    /// # Errors
    ///
    /// [`AdmitError::Denied`] when the principal does not belong to the tenant or there is no such tenant,
    /// and [`AdmitError::Membership`] when the membership could not answer.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway admits nothing and reports nothing.
    pub async fn admit(
        &self,
        principal: &M::Principal,
        claim: Claimed<M::TenantId>,
    ) -> Result<Scoped<M::TenantId>, AdmitError<M::Error>>
    where
        M: Membership,
    {
        let tenant = claim.into_unverified();
        match self.membership.check(principal, &tenant).await.map_err(AdmitError::Membership)? {
            Decision::Admit => Ok(self.admitted(principal, tenant)),
            Decision::Deny => Err(self.denied(principal, &tenant)),
        }
    }

    /// Admits `principal` to the claimed tenant, if the membership says so, and keeps what it learnt: a role, a plan.
    ///
    /// The membership is asked once, by [`DetailedMembership::check_details`]. The decision is reported to the audit sink before
    /// the scope is returned; the details are not.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit).
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway admits nothing and reports nothing.
    pub async fn admit_with_details(
        &self,
        principal: &M::Principal,
        claim: Claimed<M::TenantId>,
    ) -> Result<Admitted<M::TenantId, M::Details>, AdmitError<M::Error>>
    where
        M: DetailedMembership,
    {
        let tenant = claim.into_unverified();
        match self.membership.check_details(principal, &tenant).await.map_err(AdmitError::Membership)? {
            DetailedDecision::Admit(details) => Ok(Admitted::mint(self.admitted(principal, tenant), details)),
            DetailedDecision::Deny => Err(self.denied(principal, &tenant)),
        }
    }

    /// Denies what is refused for a reason that the membership does not know: a request that names two tenants, or one that does not exist.
    ///
    /// It does the work of [`admit`](Self::admit) and throws the answer away, so that a stranger learns nothing by the time that a refusal takes: the membership
    /// is asked, and a denial is reported to the audit sink, whatever it says.
    ///
    /// Returns [`AdmitError::Denied`], or [`AdmitError::Membership`] when the membership could not answer; then nothing is reported.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway reports nothing.
    pub async fn deny(&self, principal: &M::Principal, claim: Claimed<M::TenantId>) -> AdmitError<M::Error>
    where
        M: Membership,
    {
        let tenant = claim.into_unverified();
        match self.membership.check(principal, &tenant).await {
            Ok(_) => self.denied(principal, &tenant),
            Err(error) => AdmitError::Membership(error),
        }
    }

    /// As [`deny`](Self::deny), with the work of [`admit_with_details`](Self::admit_with_details).
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway reports nothing.
    pub async fn deny_with_details(
        &self,
        principal: &M::Principal,
        claim: Claimed<M::TenantId>,
    ) -> AdmitError<M::Error>
    where
        M: DetailedMembership,
    {
        let tenant = claim.into_unverified();
        match self.membership.check_details(principal, &tenant).await {
            Ok(_) => self.denied(principal, &tenant),
            Err(error) => AdmitError::Membership(error),
        }
    }

    /// Where it reports, for what opens sealed scopes.
    #[cfg(feature = "sealed-scopes")]
    pub(crate) fn sink(&self) -> &dyn AuditSink {
        &*self.sink
    }

    fn admitted(&self, principal: &M::Principal, tenant: M::TenantId) -> Scoped<M::TenantId>
    where
        M: Membership,
    {
        let principal: Arc<str> = principal.to_string().into();
        self.sink.record(&AuditEvent::Admitted { principal: &principal, tenant: &tenant.to_string() });
        Scoped::mint(tenant, principal)
    }

    fn denied(&self, principal: &M::Principal, tenant: &M::TenantId) -> AdmitError<M::Error>
    where
        M: Membership,
    {
        let (principal, tenant) = (principal.to_string(), tenant.to_string());
        self.sink.record(&AuditEvent::Denied { principal: &principal, tenant: &tenant });
        AdmitError::Denied
    }

    /// Admits `principal` to all of its tenants at once, for reading over them:
    /// [`Membership::tenants_of`] says which they are.
    ///
    /// Each admission is reported to the audit sink before the set is returned.
    ///
    /// # Errors
    ///
    /// [`AdmitError::Denied`] when there is none, and [`AdmitError::Membership`] when the membership could not answer.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway admits nothing and reports nothing.
    pub async fn admit_all(
        &self,
        principal: &M::Principal,
    ) -> Result<ScopedSet<M::TenantId>, AdmitError<M::Error>>
    where
        M: Membership,
    {
        let tenants = self.membership.tenants_of(principal).await.map_err(AdmitError::Membership)?;
        if tenants.is_empty() {
            return Err(AdmitError::Denied);
        }
        Ok(self.admit_set(principal, tenants))
    }

    /// Admits `principal` to the claimed tenant and those beneath it, for reading over them: the membership is asked for the one as
    /// by [`admit`](Self::admit), and [`Membership::descendants_of`] says which the others are.
    ///
    /// Each admission is reported to the audit sink before the set is returned.
    ///
    /// # Errors
    ///
    /// As [`admit`](Self::admit).
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway admits nothing and reports at most a denial.
    pub async fn admit_with_descendants(
        &self,
        principal: &M::Principal,
        claim: Claimed<M::TenantId>,
    ) -> Result<ScopedSet<M::TenantId>, AdmitError<M::Error>>
    where
        M: Membership,
    {
        let tenant = claim.into_unverified();
        match self.membership.check(principal, &tenant).await.map_err(AdmitError::Membership)? {
            Decision::Admit => {}
            Decision::Deny => return Err(self.denied(principal, &tenant)),
        }
        let beneath =
            self.membership.descendants_of(principal, &tenant).await.map_err(AdmitError::Membership)?;
        Ok(self.admit_set(principal, std::iter::once(tenant).chain(beneath).collect()))
    }

    fn admit_set(&self, principal: &M::Principal, tenants: Vec<M::TenantId>) -> ScopedSet<M::TenantId>
    where
        M: Membership,
    {
        let principal: Arc<str> = principal.to_string().into();
        for tenant in &tenants {
            self.sink.record(&AuditEvent::Admitted { principal: &principal, tenant: &tenant.to_string() });
        }
        ScopedSet::mint(tenants, principal)
    }

    /// Allows `principal` to span tenants for `reason`, if the membership says so. By default it does not.
    ///
    /// The decision is reported to the audit sink with the place of this call, before the permission is
    /// returned.
    ///
    /// # Errors
    ///
    /// [`CrossTenantError::EmptyReason`] when `reason` is blank (the membership is not asked),
    /// [`CrossTenantError::Denied`] when the principal may not, and [`CrossTenantError::Membership`] when the
    /// membership could not answer.
    ///
    /// # Cancellation
    ///
    /// A future that is dropped midway allows nothing and reports nothing.
    #[track_caller]
    pub fn cross_tenant(
        &self,
        principal: &M::Principal,
        reason: &str,
    ) -> impl Future<Output = Result<CrossTenant, CrossTenantError<M::Error>>> + Send
    where
        M: Membership,
    {
        // Taken here, not in the block: there the caller is whoever polls.
        let location = Location::caller();
        let reason = Reason::new(reason);
        async move {
            let reason = reason?;
            let decision = self
                .membership
                .check_cross_tenant(principal, &reason)
                .await
                .map_err(CrossTenantError::Membership)?;

            let principal: Arc<str> = principal.to_string().into();
            let (shown, why) = (&*principal, reason.as_str());
            match decision {
                Decision::Admit => {
                    self.sink.record(&AuditEvent::CrossTenantGranted {
                        principal: shown,
                        reason: why,
                        location,
                    });
                    Ok(CrossTenant::mint(principal, reason, Arc::clone(&self.sink)))
                }
                Decision::Deny => {
                    self.sink.record(&AuditEvent::CrossTenantDenied {
                        principal: shown,
                        reason: why,
                        location,
                    });
                    Err(CrossTenantError::Denied)
                }
            }
        }
    }
}

impl<M: Clone> Clone for Authority<M> {
    fn clone(&self) -> Self {
        Self { membership: self.membership.clone(), sink: Arc::clone(&self.sink) }
    }
}

impl<M: fmt::Debug> fmt::Debug for Authority<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authority").field("membership", &self.membership).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
