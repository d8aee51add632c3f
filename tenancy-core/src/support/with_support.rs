//! A membership that lets support in.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use super::{SupportAccess, SupportStore, Through};
use crate::{
    AuditEvent, AuditSink, Decision, DetailedDecision, DetailedMembership, Membership, Reason, TenantKey,
    TracingSink,
};

/// Who a principal is in the grants.
type PersonOf<P> = Arc<dyn Fn(&P) -> Option<String> + Send + Sync>;

/// The application's membership, and the grants of support behind it. See [the module](crate::support).
///
/// Its details are [`Through`]: a member's own, or the grant.
pub struct WithSupport<M: Membership, S> {
    membership: M,
    store: S,
    person: PersonOf<M::Principal>,
    sink: Arc<dyn AuditSink>,
}

impl<M: Membership, S: SupportStore> WithSupport<M, S> {
    /// Asks `membership`, and where it says no, `store`.
    ///
    /// `person` says who a principal is in the grants: a text that is this person's and nobody else's, such as the address that the company's login has
    /// verified, and not a name that two may have. `None` is for principals that are never let in for support, such as API keys: the store is not asked about them.
    pub fn new(
        membership: M,
        store: S,
        person: impl Fn(&M::Principal) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { membership, store, person: Arc::new(person), sink: Arc::new(TracingSink) }
    }

    /// Reports [`AuditEvent::AdmittedForSupport`] to `sink`, instead of to [`TracingSink`]: best to the one that the
    /// [`Authority`](crate::Authority::with_audit_sink) has.
    #[must_use = "this returns the membership with the sink"]
    pub fn with_audit_sink(self, sink: impl AuditSink) -> Self {
        Self { sink: Arc::new(sink), ..self }
    }

    /// The application's own membership.
    pub const fn membership(&self) -> &M {
        &self.membership
    }

    /// The grants.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The grant by which `principal` is let in, recorded and reported.
    async fn granted(
        &self,
        principal: &M::Principal,
        tenant: &M::TenantId,
    ) -> Result<Option<SupportAccess>, SupportError<M::Error, S::Error>> {
        let Some(person) = (self.person)(principal).filter(|person| !person.trim().is_empty()) else {
            return Ok(None);
        };
        let shown = tenant.to_string();
        // What cannot be a tenant's text is in no grant.
        let Ok(key) = TenantKey::new(&shown) else { return Ok(None) };
        let access = self.store.use_grant(&person, &key).await.map_err(SupportError::Store)?;
        if let Some(access) = &access {
            self.sink.record(&AuditEvent::AdmittedForSupport {
                principal: &principal.to_string(),
                tenant: &shown,
                access: access.id(),
                reason: access.reason().as_str(),
                granted_by: access.granted_by(),
                until: access.until(),
            });
        }
        Ok(access)
    }
}

impl<M: Membership, S: SupportStore> Membership for WithSupport<M, S> {
    type TenantId = M::TenantId;
    type Principal = M::Principal;
    type Error = SupportError<M::Error, S::Error>;

    async fn check(&self, principal: &M::Principal, tenant: &M::TenantId) -> Result<Decision, Self::Error> {
        match self.membership.check(principal, tenant).await.map_err(SupportError::Membership)? {
            Decision::Admit => Ok(Decision::Admit),
            Decision::Deny => Ok(Decision::admit_if(self.granted(principal, tenant).await?.is_some())),
        }
    }

    /// The application's own answer: support is let into one tenant.
    async fn check_cross_tenant(
        &self,
        principal: &M::Principal,
        reason: &Reason,
    ) -> Result<Decision, Self::Error> {
        self.membership.check_cross_tenant(principal, reason).await.map_err(SupportError::Membership)
    }

    /// The application's own answer: support names its tenant.
    async fn tenants_of(&self, principal: &M::Principal) -> Result<Vec<M::TenantId>, Self::Error> {
        self.membership.tenants_of(principal).await.map_err(SupportError::Membership)
    }

    /// A member's only. The application's own is asked about members, and need not look again whether it is asked about one: here somebody may have
    /// been let in for support, for the one tenant.
    async fn descendants_of(
        &self,
        principal: &M::Principal,
        tenant: &M::TenantId,
    ) -> Result<Vec<M::TenantId>, Self::Error> {
        match self.membership.check(principal, tenant).await.map_err(SupportError::Membership)? {
            Decision::Admit => {
                self.membership.descendants_of(principal, tenant).await.map_err(SupportError::Membership)
            }
            Decision::Deny => Ok(Vec::new()),
        }
    }
}

impl<M: DetailedMembership, S: SupportStore> DetailedMembership for WithSupport<M, S> {
    type Details = Through<M::Details>;

    async fn check_details(
        &self,
        principal: &M::Principal,
        tenant: &M::TenantId,
    ) -> Result<DetailedDecision<Self::Details>, Self::Error> {
        let own = self.membership.check_details(principal, tenant).await;
        match own.map_err(SupportError::Membership)? {
            DetailedDecision::Admit(details) => Ok(DetailedDecision::Admit(Through::Membership(details))),
            DetailedDecision::Deny => {
                let access = self.granted(principal, tenant).await?;
                Ok(DetailedDecision::admit_if_some(access.map(Through::Support)))
            }
        }
    }
}

// By hand: deriving would ask `M::Principal: Clone`.
impl<M: Membership + Clone, S: Clone> Clone for WithSupport<M, S> {
    fn clone(&self) -> Self {
        Self {
            membership: self.membership.clone(),
            store: self.store.clone(),
            person: Arc::clone(&self.person),
            sink: Arc::clone(&self.sink),
        }
    }
}

impl<M: Membership + fmt::Debug, S: fmt::Debug> fmt::Debug for WithSupport<M, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithSupport")
            .field("membership", &self.membership)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// Why a [`WithSupport`] could not answer. It admits nobody.
#[derive(Debug, thiserror::Error)]
pub enum SupportError<M: Error + 'static, S: Error + 'static> {
    /// The application's own membership could not, and the grants were not asked.
    #[error("the application's own membership could not answer")]
    Membership(#[source] M),
    /// The grants could not be asked, or the use could not be recorded.
    #[error(
        "the grants of support could not be asked, or the use could not be recorded where the tenant reads it"
    )]
    Store(#[source] S),
}
