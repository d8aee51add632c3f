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

/// What is refused for another reason looks like a denial in the audit, also where the membership would have admitted.
#[tokio::test]
async fn a_refusal_asks_gives_nothing_and_is_audited_as_a_denial() {
    let id = TenantId::new();
    for membership in [ADMIT, DENY] {
        let (authority, sink) = audited(membership);
        assert_eq!(authority.deny("alice", Claimed::new(id)).await, AdmitError::Denied);
        let denied = RecordedEvent::Denied { principal: "alice".into(), tenant: id.to_string() };
        assert_eq!(sink.events(), [denied]);
    }
    let (authority, sink) = audited(FAIL);
    let error = authority.deny("alice", Claimed::new(id)).await;
    assert_eq!(error, AdmitError::Membership(TableUnreadable));
    assert!(sink.events().is_empty());
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
    let admitted = |tenant: &str| RecordedEvent::Admitted { principal: "ann".into(), tenant: tenant.into() };
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

/// Knows a role by the principal and the tenant, and counts how often it is asked.
#[derive(Default)]
struct Roles {
    known: Vec<(&'static str, TenantId, &'static str)>,
    asked: std::sync::atomic::AtomicUsize,
}

impl Membership for Roles {
    type TenantId = TenantId;
    type Principal = str;
    type Error = TableUnreadable;

    async fn check(&self, who: &str, tenant: &TenantId) -> Result<Decision, TableUnreadable> {
        Ok(self.check_details(who, tenant).await?.decision())
    }
}

impl DetailedMembership for Roles {
    type Details = &'static str;

    async fn check_details(
        &self,
        who: &str,
        tenant: &TenantId,
    ) -> Result<DetailedDecision<&'static str>, TableUnreadable> {
        self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        tokio::task::yield_now().await;
        if who == "unreadable" {
            return Err(TableUnreadable);
        }
        let found = self.known.iter().find(|row| (row.0, row.1) == (who, *tenant));
        Ok(DetailedDecision::admit_if_some(found.map(|row| row.2)))
    }
}

#[tokio::test]
async fn details_are_of_the_tenant_that_was_admitted_to_and_asked_for_once() {
    let (acme, globex) = (TenantId::new(), TenantId::new());
    let known = vec![("alice", acme, "owner"), ("alice", globex, "reader")];
    let (authority, sink) = audited(Arc::new(Roles { known, ..Roles::default() }));

    for (tenant, role) in [(acme, "owner"), (globex, "reader")] {
        let admitted = authority.admit_with_details("alice", Claimed::new(tenant)).await.unwrap();
        assert_eq!((admitted.tenant(), *admitted.details()), (&tenant, role));
        assert_eq!(admitted.admitted().principal(), "alice");
        let told = RecordedEvent::Admitted { principal: "alice".into(), tenant: tenant.to_string() };
        assert_eq!(sink.take(), [told]);
    }
    assert_eq!(authority.membership().asked.load(std::sync::atomic::Ordering::Relaxed), 2);
    assert_eq!(*authority.admit("alice", Claimed::new(acme)).await.unwrap().tenant(), acme);
}

#[tokio::test]
async fn who_is_denied_or_cannot_be_looked_up_has_no_details() {
    let (authority, sink) = audited(Roles::default());
    let id = TenantId::new();
    let denied = authority.admit_with_details("mallory", Claimed::new(id)).await.unwrap_err();
    assert_eq!(denied, AdmitError::Denied);
    let told = RecordedEvent::Denied { principal: "mallory".into(), tenant: id.to_string() };
    assert_eq!(sink.take(), [told]);

    let failed = authority.admit_with_details("unreadable", Claimed::new(id)).await.unwrap_err();
    assert_eq!(failed, AdmitError::Membership(TableUnreadable));

    let mut context = Context::from_waker(Waker::noop());
    let mut dropped = Box::pin(authority.admit_with_details("mallory", Claimed::new(id)));
    assert!(matches!(dropped.as_mut().poll(&mut context), Poll::Pending));
    drop(dropped);
    assert!(sink.events().is_empty());
}

#[test]
fn futures_and_authorities_cross_tasks() {
    fn assert_send<T: Send>(_: T) {}
    fn assert_generic<M: Membership>(authority: &Authority<M>, principal: &M::Principal, id: M::TenantId) {
        assert_send(authority.admit(principal, Claimed::new(id.clone())));
        assert_send(authority.admit_all(principal));
        assert_send(authority.admit_with_descendants(principal, Claimed::new(id)));
        assert_send(authority.cross_tenant(principal, "report"));
    }
    fn assert_detailed<M: DetailedMembership>(
        authority: &Authority<M>,
        principal: &M::Principal,
        id: M::TenantId,
    ) {
        assert_send(authority.admit_with_details(principal, Claimed::new(id)));
    }
    assert_detailed(&Authority::new(Roles::default()), "alice", TenantId::new());
    assert_generic(&Authority::new(Arc::new(DENY)), "alice", TenantId::new());
    assert_send(Authority::new(DENY).clone());
}
