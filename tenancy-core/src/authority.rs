//! The only maker of scopes.

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use crate::{
    AdmitError, AuditEvent, AuditSink, Claimed, CrossTenant, CrossTenantError, Decision, Membership, Reason,
    Scoped, ScopedSet, TracingSink,
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
        let decision = self.membership.check(principal, &tenant).await.map_err(AdmitError::Membership)?;

        let principal: Arc<str> = principal.to_string().into();
        let shown = tenant.to_string();
        match decision {
            Decision::Admit => {
                self.sink.record(&AuditEvent::Admitted { principal: &principal, tenant: &shown });
                Ok(Scoped::mint(tenant, principal))
            }
            Decision::Deny => {
                self.sink.record(&AuditEvent::Denied { principal: &principal, tenant: &shown });
                Err(AdmitError::Denied)
            }
        }
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
            Decision::Deny => {
                let (principal, tenant) = (principal.to_string(), tenant.to_string());
                self.sink.record(&AuditEvent::Denied { principal: &principal, tenant: &tenant });
                return Err(AdmitError::Denied);
            }
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
mod tests {
    use std::error::Error;
    use std::task::{Context, Poll, Waker};

    use super::*;
    use crate::testing::{RecordedEvent, RecordingSink};
    use crate::{EmptyReason, TenantId};

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    struct TableUnreadable;

    impl fmt::Display for TableUnreadable {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("the membership table could not be read")
        }
    }

    impl Error for TableUnreadable {}

    /// Gives one answer to every question, after yielding once.
    #[derive(Clone, Debug)]
    struct Always(Result<Decision, TableUnreadable>);

    impl Membership for Always {
        type TenantId = TenantId;
        type Principal = str;
        type Error = TableUnreadable;

        async fn check(&self, _: &str, _: &TenantId) -> Result<Decision, TableUnreadable> {
            tokio::task::yield_now().await;
            self.0
        }

        async fn check_cross_tenant(&self, _: &str, _: &Reason) -> Result<Decision, TableUnreadable> {
            tokio::task::yield_now().await;
            self.0
        }
    }

    /// Admits to every tenant and leaves spanning them to the default.
    struct Doors;

    impl Membership for Doors {
        type TenantId = TenantId;
        type Principal = str;
        type Error = TableUnreadable;

        async fn check(&self, _: &str, _: &TenantId) -> Result<Decision, TableUnreadable> {
            Ok(Decision::Admit)
        }
    }

    const ADMIT: Always = Always(Ok(Decision::Admit));
    const DENY: Always = Always(Ok(Decision::Deny));
    const FAIL: Always = Always(Err(TableUnreadable));

    fn audited<M: Membership>(membership: M) -> (Authority<M>, RecordingSink) {
        let sink = RecordingSink::new();
        (Authority::new(membership).with_audit_sink(sink.clone()), sink)
    }

    #[tokio::test]
    async fn an_admission_proves_the_claimed_tenant_and_is_audited() {
        let (authority, sink) = audited(ADMIT);
        let id = TenantId::new();
        let scope = authority.admit("alice", Claimed::new(id)).await.unwrap();
        assert_eq!((scope.tenant(), scope.admitted().principal()), (&id, "alice"));
        let admitted = RecordedEvent::Admitted { principal: "alice".into(), tenant: id.to_string() };
        assert_eq!(sink.events(), [admitted]);
    }

    #[tokio::test]
    async fn a_denial_is_audited_and_says_nothing_about_the_tenant() {
        let (authority, sink) = audited(DENY);
        let id = TenantId::new();
        let error = authority.admit("alice", Claimed::new(id)).await.unwrap_err();
        assert_eq!(error, AdmitError::Denied);
        assert_eq!(error.to_string(), "no such tenant for this principal");
        assert!(error.source().is_none());
        let denied = RecordedEvent::Denied { principal: "alice".into(), tenant: id.to_string() };
        assert_eq!(sink.events(), [denied]);
    }

    #[tokio::test]
    async fn an_error_never_admits_and_is_the_source() {
        let (authority, sink) = audited(FAIL);
        let error = authority.admit("alice", Claimed::new(TenantId::new())).await.unwrap_err();
        assert_eq!(error, AdmitError::Membership(TableUnreadable));
        assert_eq!(error.source().unwrap().to_string(), "the membership table could not be read");
        assert!(!error.to_string().contains("table could not"), "a source is not repeated");

        let error = authority.cross_tenant("alice", "report").await.unwrap_err();
        assert_eq!(error, CrossTenantError::Membership(TableUnreadable));
        assert_eq!(error.source().unwrap().to_string(), "the membership table could not be read");
        assert!(sink.events().is_empty());
    }

    #[tokio::test]
    async fn spanning_tenants_is_denied_unless_implemented() {
        let (authority, sink) = audited(Doors);
        assert!(authority.admit("root", Claimed::new(TenantId::new())).await.is_ok());
        let _ = sink.take();

        let line = line!() + 1;
        let error = authority.cross_tenant("root", "report").await.unwrap_err();
        assert_eq!(error, CrossTenantError::Denied);
        let [RecordedEvent::CrossTenantDenied { principal, reason, location }] = &sink.events()[..] else {
            panic!("{sink:?}");
        };
        assert_eq!((&**principal, &**reason), ("root", "report"));
        assert_eq!((location.file(), location.line()), (file!(), line));
    }

    /// A company with two daughters, and a person who belongs to the company and to another.
    struct Company;

    impl Membership for Company {
        type TenantId = u32;
        type Principal = str;
        type Error = TableUnreadable;

        async fn check(&self, principal: &str, tenant: &u32) -> Result<Decision, TableUnreadable> {
            Ok(Decision::admit_if(principal == "ann" && [1, 9].contains(tenant)))
        }

        async fn tenants_of(&self, principal: &str) -> Result<Vec<u32>, TableUnreadable> {
            Ok(if principal == "ann" { vec![1, 9] } else { Vec::new() })
        }

        async fn descendants_of(&self, _: &str, tenant: &u32) -> Result<Vec<u32>, TableUnreadable> {
            Ok(if *tenant == 1 { vec![2, 3] } else { Vec::new() })
        }
    }

    #[tokio::test]
    async fn a_set_is_of_those_whom_the_membership_names_and_each_is_audited() {
        let (authority, sink) = audited(Arc::new(Company));
        let set = authority.admit_all("ann").await.unwrap();
        assert_eq!((set.tenants(), set.admitted().principal()), (&[1, 9][..], "ann"));
        let admitted =
            |tenant: &str| RecordedEvent::Admitted { principal: "ann".into(), tenant: tenant.into() };
        assert_eq!(sink.take(), [admitted("1"), admitted("9")]);
        assert_eq!(authority.admit_all("eve").await.unwrap_err(), AdmitError::Denied);

        let set = authority.admit_with_descendants("ann", Claimed::new(1)).await.unwrap();
        assert_eq!(set.tenants(), [1, 2, 3]);
        assert_eq!(sink.take(), [admitted("1"), admitted("2"), admitted("3")]);
        let denied = authority.admit_with_descendants("ann", Claimed::new(2)).await;
        assert_eq!(denied.unwrap_err(), AdmitError::Denied, "beneath is for reading from above");
        assert!(matches!(sink.take()[..], [RecordedEvent::Denied { .. }]));
    }

    #[tokio::test]
    async fn nobody_has_several_tenants_unless_the_membership_says_so() {
        let (authority, _) = audited(ADMIT);
        assert_eq!(authority.admit_all("alice").await.unwrap_err(), AdmitError::Denied);
        let id = TenantId::new();
        let set = authority.admit_with_descendants("alice", Claimed::new(id)).await.unwrap();
        assert_eq!(set.tenants(), [id]);
    }

    #[tokio::test]
    async fn a_grant_is_audited_where_it_was_asked_for_and_not_where_it_was_awaited() {
        let (authority, sink) = audited(ADMIT);
        let line = line!() + 1;
        let asked = authority.cross_tenant("root", "  report ");
        let across = asked.await.unwrap();
        assert_eq!((across.principal(), across.reason()), ("root", "report"));
        let [RecordedEvent::CrossTenantGranted { principal, reason, location }] = &sink.events()[..] else {
            panic!("{sink:?}");
        };
        assert_eq!((&**principal, &**reason), ("root", "report"));
        assert_eq!((location.file(), location.line()), (file!(), line));

        across.record_use("invoices", crate::Access::Read);
        assert!(matches!(sink.events()[1], RecordedEvent::CrossTenantUsed { subject: "invoices", .. }));
    }

    #[tokio::test]
    async fn a_blank_reason_is_refused_without_asking() {
        let (authority, sink) = audited(FAIL);
        for blank in ["", " \t\n"] {
            let error = authority.cross_tenant("root", blank).await.unwrap_err();
            assert_eq!(error, CrossTenantError::EmptyReason(EmptyReason));
            assert!(error.to_string().contains("needs a reason"));
        }
        assert!(sink.events().is_empty());
    }

    #[test]
    fn a_future_dropped_midway_admits_and_reports_nothing() {
        let (authority, sink) = audited(ADMIT);
        let mut context = Context::from_waker(Waker::noop());
        {
            let mut admission = Box::pin(authority.admit("alice", Claimed::new(TenantId::new())));
            assert!(matches!(admission.as_mut().poll(&mut context), Poll::Pending));
            let mut across = Box::pin(authority.cross_tenant("alice", "report"));
            assert!(matches!(across.as_mut().poll(&mut context), Poll::Pending));
        }
        assert!(sink.events().is_empty());
    }

    #[tokio::test]
    async fn a_sink_that_panics_admits_nobody() {
        struct Broken;
        impl AuditSink for Broken {
            fn record(&self, _: &AuditEvent<'_>) {
                panic!("disk full");
            }
        }
        let authority = Authority::new(ADMIT).with_audit_sink(Broken);
        let task = tokio::spawn(async move { authority.admit("alice", Claimed::new(TenantId::new())).await });
        assert!(task.await.unwrap_err().is_panic());
    }

    #[test]
    fn futures_and_authorities_cross_tasks() {
        fn assert_send<T: Send>(_: T) {}
        fn assert_generic<M: Membership>(
            authority: &Authority<M>,
            principal: &M::Principal,
            id: M::TenantId,
        ) {
            assert_send(authority.admit(principal, Claimed::new(id.clone())));
            assert_send(authority.admit_all(principal));
            assert_send(authority.admit_with_descendants(principal, Claimed::new(id)));
            assert_send(authority.cross_tenant(principal, "report"));
        }
        assert_generic(&Authority::new(Arc::new(DENY)), "alice", TenantId::new());
        assert_send(Authority::new(DENY).clone());
    }
}
