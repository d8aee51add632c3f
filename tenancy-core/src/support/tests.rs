//! Whom a grant lets in, and whom not.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use super::*;
use crate::testing::RecordingSink;
use crate::{
    AdmitError, Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership, Reason,
    TenantKey,
};

#[derive(Debug, thiserror::Error)]
#[error("no answer")]
struct NoAnswer;

/// alice is a member of 1, whose children are 10 and 11. Whoever asks for the children is not looked at.
#[derive(Default)]
struct Members {
    fails: AtomicBool,
}

impl Membership for Members {
    type TenantId = u64;
    type Principal = str;
    type Error = NoAnswer;

    async fn check(&self, who: &str, tenant: &u64) -> Result<Decision, NoAnswer> {
        Ok(self.check_details(who, tenant).await?.decision())
    }

    async fn tenants_of(&self, who: &str) -> Result<Vec<u64>, NoAnswer> {
        Ok(if who == "alice" { vec![1] } else { vec![] })
    }

    async fn descendants_of(&self, _: &str, _: &u64) -> Result<Vec<u64>, NoAnswer> {
        Ok(vec![10, 11])
    }
}

impl DetailedMembership for Members {
    type Details = &'static str;

    async fn check_details(
        &self,
        who: &str,
        tenant: &u64,
    ) -> Result<DetailedDecision<&'static str>, NoAnswer> {
        if self.fails.load(Ordering::SeqCst) {
            return Err(NoAnswer);
        }
        Ok(DetailedDecision::admit_if_some((who == "alice" && *tenant == 1).then_some("owner")))
    }
}

/// bob may enter 1 until its clock says 100.
#[derive(Default)]
struct Store {
    now: AtomicU64,
    fails: AtomicBool,
    asked: Mutex<Vec<String>>,
}

impl SupportStore for Store {
    type Error = NoAnswer;

    async fn use_grant(&self, person: &str, tenant: &TenantKey) -> Result<Option<SupportAccess>, NoAnswer> {
        self.asked.lock().unwrap().push(format!("{person} {tenant}"));
        if self.fails.load(Ordering::SeqCst) {
            return Err(NoAnswer);
        }
        let holds = person == "bob" && tenant.as_str() == "1" && self.now.load(Ordering::SeqCst) < 100;
        Ok(holds.then(|| SupportAccess::new("g1", Reason::new("ticket 12").unwrap(), "carol", end())))
    }
}

fn end() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(100)
}

type Supported = WithSupport<Members, Store>;

fn authority() -> (Authority<Supported>, RecordingSink) {
    let sink = RecordingSink::new();
    let membership = WithSupport::new(Members::default(), Store::default(), |who: &str| {
        (!who.starts_with("key-")).then(|| who.to_owned())
    });
    (Authority::new(membership.with_audit_sink(sink.clone())).with_audit_sink(sink.clone()), sink)
}

fn asked(authority: &Authority<Supported>) -> Vec<String> {
    std::mem::take(&mut *authority.membership().store().asked.lock().unwrap())
}

#[tokio::test]
async fn a_grant_lets_its_person_into_its_tenant_and_is_told_apart() {
    let (authority, sink) = authority();
    let bob = authority.admit_with_details("bob", Claimed::new(1)).await.unwrap();
    let access = bob.details().support().unwrap();
    assert_eq!((access.id(), access.reason().as_str(), access.granted_by()), ("g1", "ticket 12", "carol"));
    assert_eq!((access.until(), bob.details().member()), (end(), None));
    // The audit sink hears of it before it hears of the admission.
    let told: Vec<_> = sink.take().iter().map(|event| format!("{event:?}")).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    for word in ["AdmittedForSupport", "bob", "ticket 12", "carol", "g1"] {
        assert!(told[0].contains(word), "{told:?}");
    }
    assert!(told[1].starts_with("Admitted {"), "{told:?}");
    assert!(authority.admit("bob", Claimed::new(1)).await.is_ok());
}

#[tokio::test]
async fn a_member_is_a_member_and_the_grants_are_not_asked() {
    let (authority, _) = authority();
    let alice = authority.admit_with_details("alice", Claimed::new(1)).await.unwrap();
    assert_eq!(alice.details(), &Through::Membership("owner"));
    drop(authority.admit("alice", Claimed::new(1)).await.unwrap());
    assert_eq!(asked(&authority), [""; 0]);
}

#[tokio::test]
async fn nobody_else_and_nowhere_else() {
    let (authority, _) = authority();
    for (who, tenant) in [("bob", 2), ("bob", 10), ("mallory", 1), ("Bob", 1), ("bob ", 1)] {
        let denied = authority.admit_with_details(who, Claimed::new(tenant)).await;
        assert!(matches!(denied, Err(AdmitError::Denied)), "{who:?} {tenant}");
    }
    asked(&authority);
    // Whoever is no person is not asked about.
    assert!(authority.admit("key-bob", Claimed::new(1)).await.is_err());
    assert_eq!(asked(&authority), [""; 0]);
}

#[tokio::test]
async fn it_ends_by_the_clock_of_the_store() {
    let (authority, _) = authority();
    drop(authority.admit("bob", Claimed::new(1)).await.unwrap());
    authority.membership().store().now.store(100, Ordering::SeqCst);
    assert!(matches!(authority.admit("bob", Claimed::new(1)).await, Err(AdmitError::Denied)));
    assert!(matches!(authority.admit_with_details("bob", Claimed::new(1)).await, Err(AdmitError::Denied)));
}

#[tokio::test]
async fn what_cannot_be_recorded_or_answered_admits_nobody() {
    let (authority, sink) = authority();
    authority.membership().store().fails.store(true, Ordering::SeqCst);
    let refused = authority.admit("bob", Claimed::new(1)).await;
    assert!(matches!(refused, Err(AdmitError::Membership(SupportError::Store(_)))));
    // Where the membership does not answer, a grant does not stand in for it.
    authority.membership().store().fails.store(false, Ordering::SeqCst);
    authority.membership().membership().fails.store(true, Ordering::SeqCst);
    asked(&authority);
    let refused = authority.admit_with_details("bob", Claimed::new(1)).await;
    assert!(matches!(refused, Err(AdmitError::Membership(SupportError::Membership(_)))));
    assert_eq!(asked(&authority), [""; 0]);
    assert!(sink.take().is_empty());
}

#[tokio::test]
async fn a_grant_opens_one_tenant_and_not_those_beneath_it() {
    let (authority, _) = authority();
    let tenants = |set: crate::ScopedSet<u64>| set.tenants().to_vec();
    let alice = authority.admit_with_descendants("alice", Claimed::new(1)).await.unwrap();
    assert_eq!(tenants(alice), [1, 10, 11]);
    let bob = authority.admit_with_descendants("bob", Claimed::new(1)).await.unwrap();
    assert_eq!(tenants(bob), [1]);
    assert!(matches!(authority.admit_all("bob").await, Err(AdmitError::Denied)));
    assert!(authority.cross_tenant("bob", "everything").await.is_err());
}

#[cfg(feature = "sealed-scopes")]
#[tokio::test]
async fn a_sealed_scope_does_not_open_when_the_grant_has_ended() {
    use crate::sealed_scopes::{OpenError, Purpose, ScopeKey, ScopeKeys};

    const PURPOSE: Purpose = Purpose::new("export");
    let (authority, _) = authority();
    let key = ScopeKey::new("1", &std::array::from_fn(|byte| byte as u8)).unwrap();
    let sealing = authority.sealing_with(ScopeKeys::new("test", key));
    let scope = sealing.admit("bob", Claimed::new(1)).await.unwrap();
    let sealed = sealing.seal(&scope, PURPOSE, Duration::from_secs(3600)).unwrap();
    assert_eq!(*sealing.open(sealed.as_str(), PURPOSE).await.unwrap().tenant(), 1);
    sealing.membership().store().now.store(100, Ordering::SeqCst);
    assert!(matches!(sealing.open(sealed.as_str(), PURPOSE).await, Err(OpenError::Denied)));
}
