use super::*;
use crate::testing::RecordedEvent;
use crate::{EmptyReason, brand};

#[tokio::test]
async fn f19_what_was_sealed_opens_as_its_tenant_and_principal_and_is_audited() {
    let (authority, sink, _) = usual();
    let (acme, globex) = (TenantId::new(), TenantId::new());
    for tenant in [acme, globex] {
        let sealed = authority.seal(&alice_in(tenant), MAIL, HOUR).unwrap();
        let opened = authority.open(sealed.as_str(), MAIL).await.unwrap();
        assert_eq!((opened.tenant(), opened.admitted().principal()), (&tenant, "alice"));
        let told = RecordedEvent::Admitted { principal: "alice".into(), tenant: tenant.to_string() };
        assert_eq!(sink.take(), [told]);
    }
}

#[tokio::test]
async fn who_has_left_is_denied_and_no_answer_is_none() {
    let (authority, sink, _) = usual();
    let acme = TenantId::new();
    let sealed = authority.seal(&alice_in(acme), MAIL, HOUR).unwrap();
    authority.membership().left.lock().unwrap().push("alice");
    assert!(matches!(authority.open(sealed.as_str(), MAIL).await, Err(OpenError::Denied)));
    assert!(matches!(authority.open_with_details(sealed.as_str(), MAIL).await, Err(OpenError::Denied)));
    assert!(matches!(authority.open_for("alice", sealed.as_str(), MAIL).await, Err(OpenError::Denied)));
    let told = RecordedEvent::Denied { principal: "alice".into(), tenant: acme.to_string() };
    assert_eq!(sink.take(), [told.clone(), told.clone(), told]);

    let unreadable = Scoped::mint(acme, "unreadable".into());
    let sealed = authority.seal(&unreadable, MAIL, HOUR).unwrap();
    let error = authority.open(sealed.as_str(), MAIL).await.unwrap_err();
    assert!(matches!(error, OpenError::Membership(Unreadable)));
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), Unreadable.to_string());
}

#[tokio::test]
async fn details_are_learnt_again() {
    let (authority, _, _) = usual();
    let acme = TenantId::new();
    let sealed = authority.seal(&alice_in(acme), MAIL, HOUR).unwrap();
    let opened = authority.open_with_details(sealed.as_str(), MAIL).await.unwrap();
    assert_eq!((opened.tenant(), &**opened.details()), (&acme, &*format!("alice of {acme}")));
}

/// L87: what was sealed for one is not another's.
#[tokio::test]
async fn a_link_opens_for_the_one_that_it_was_sealed_for() {
    let (authority, sink, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let other = authority.open_for("mallory", sealed.as_str(), MAIL).await;
    assert!(matches!(other, Err(OpenError::WrongPrincipal)));
    assert!(sink.take().is_empty());
    assert!(authority.open_for("alice", sealed.as_str(), MAIL).await.is_ok());
}

#[tokio::test]
async fn it_opens_for_its_purpose_alone() {
    let (authority, sink, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let wrong = authority.open(sealed.as_str(), EXPORT).await;
    assert!(matches!(wrong, Err(OpenError::WrongPurpose { expected: "export" })));
    let wrong = authority.open_without_membership(sealed.as_str(), EXPORT, "cleaning up");
    assert!(matches!(wrong, Err(OpenError::WrongPurpose { .. })));
    // Nor for one that begins like it.
    assert!(authority.open(sealed.as_str(), Purpose::new("mail ")).await.is_err());
    assert!(sink.events().is_empty());
}

#[tokio::test]
async fn it_expires_to_the_millisecond() {
    let (authority, _, clock) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let hour = 3_600_000;
    for (at, opens) in [(NOON, true), (NOON + hour - 1, true), (NOON + hour, false), (u64::MAX / 2, false)] {
        clock.set(at);
        let opened = authority.open(sealed.as_str(), MAIL).await;
        assert_eq!(opened.is_ok(), opens, "{at}");
        assert!(opens || matches!(opened, Err(OpenError::Expired)));
        let unasked = authority.open_without_membership(sealed.as_str(), MAIL, "cleaning up");
        assert_eq!(unasked.is_ok(), opens, "{at}");
    }
}

#[tokio::test]
async fn a_clock_that_is_behind_opens_within_the_leeway() {
    let (authority, _, clock) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    for (behind, opens) in [(60_000, true), (60_001, false), (NOON, false)] {
        clock.set(NOON - behind);
        let opened = authority.open(sealed.as_str(), MAIL).await;
        assert_eq!(opened.is_ok(), opens, "{behind}");
        assert!(opens || matches!(opened, Err(OpenError::FromTheFuture)));
    }
    // No leeway makes it live longer.
    let lenient = authority.clone().with_clock_leeway(Duration::MAX);
    clock.set(0);
    assert!(lenient.open(sealed.as_str(), MAIL).await.is_ok());
    clock.set(NOON + 3_600_000);
    assert!(matches!(lenient.open(sealed.as_str(), MAIL).await, Err(OpenError::Expired)));
    let strict = authority.with_clock_leeway(Duration::ZERO);
    clock.set(NOON - 1);
    assert!(matches!(strict.open(sealed.as_str(), MAIL).await, Err(OpenError::FromTheFuture)));
}

#[test]
fn a_time_to_live_is_something_and_not_too_much() {
    let (authority, _, _) = usual();
    let scope = alice_in(TenantId::new());
    let longest = SealingAuthority::<Members>::LONGEST_TTL;
    for ttl in
        [Duration::ZERO, Duration::from_nanos(999_999), longest + Duration::from_nanos(1), Duration::MAX]
    {
        assert!(matches!(authority.seal(&scope, MAIL, ttl), Err(SealError::Ttl)), "{ttl:?}");
    }
    for ttl in [Duration::from_millis(1), longest] {
        assert!(authority.seal(&scope, MAIL, ttl).is_ok(), "{ttl:?}");
    }
    // A clock at its end does not wrap around.
    let late = authority.clone().with_clock(|| UNIX_EPOCH + Duration::from_millis(i64::MAX.unsigned_abs()));
    assert!(late.seal(&scope, MAIL, longest).is_ok());
    let early = authority.with_clock(|| UNIX_EPOCH - Duration::from_secs(1));
    assert!(matches!(early.seal(&scope, MAIL, HOUR), Err(SealError::Clock)));
}

#[tokio::test]
async fn a_clock_before_1970_opens_nothing() {
    let (authority, _, _) = usual();
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    let early = authority.with_clock(|| UNIX_EPOCH - Duration::from_secs(1));
    assert!(matches!(early.open(sealed.as_str(), MAIL).await, Err(OpenError::Clock)));
}

#[tokio::test]
async fn without_membership_it_takes_a_reason_and_is_reported_with_its_place() {
    let (authority, sink, _) = usual();
    let acme = TenantId::new();
    let scope = alice_in(acme);
    let sealed = authority.seal(&scope, MAIL, HOUR).unwrap();
    authority.membership().left.lock().unwrap().push("alice");

    let blank = authority.open_without_membership(sealed.as_str(), MAIL, " \t");
    assert!(matches!(blank, Err(OpenError::EmptyReason(EmptyReason))));
    assert!(sink.events().is_empty());

    let line = line!() + 1;
    let opened = authority.open_without_membership(sealed.as_str(), MAIL, "erase what alice left").unwrap();
    assert_eq!((opened.tenant(), opened.admitted().principal()), (&acme, "alice"));
    // It is as old as the admission that was sealed.
    let age = scope.admitted().at().duration_since(opened.admitted().at()).unwrap();
    assert!(age < Duration::from_millis(1), "{age:?}");
    let events = sink.take();
    let [RecordedEvent::OpenedWithoutMembership { principal, tenant, purpose, reason, location }] =
        &events[..]
    else {
        panic!("{events:?}");
    };
    assert_eq!((&**principal, tenant, *purpose), ("alice", &acme.to_string(), "mail"));
    assert_eq!((&**reason, location.file(), location.line()), ("erase what alice left", file!(), line));
}

#[tokio::test]
async fn a_brand_is_of_the_source_and_not_sealed() {
    let (authority, _, _) = usual();
    let (acme, globex) = (alice_in(TenantId::new()), alice_in(TenantId::new()));
    brand!(north = acme, south = globex);
    let sealed = [authority.seal(&north, MAIL, HOUR).unwrap(), authority.seal(&south, MAIL, HOUR).unwrap()];
    let opened: Scoped<TenantId> = authority.open(sealed[0].as_str(), MAIL).await.unwrap();
    assert_eq!(opened.tenant(), acme.tenant());
    let opened = authority.open(sealed[1].as_str(), MAIL).await.unwrap();
    assert_eq!(opened.tenant(), globex.tenant());
}

#[tokio::test]
async fn a_sealing_authority_is_an_authority() {
    fn needs_authority(_: &Authority<Members>) {}
    fn assert_send<T: Send>(value: T) -> T {
        value
    }
    let (authority, _, _) = usual();
    needs_authority(&authority);
    assert!(assert_send(authority.admit("alice", Claimed::new(TenantId::new()))).await.is_ok());
    let sealed = authority.seal(&alice_in(TenantId::new()), MAIL, HOUR).unwrap();
    assert!(assert_send(authority.open(sealed.as_str(), MAIL)).await.is_ok());
    assert!(assert_send(authority.open_for("alice", sealed.as_str(), MAIL)).await.is_ok());
    assert!(assert_send(authority.open_with_details(sealed.as_str(), MAIL)).await.is_ok());
}

/// Whose `FromStr` does not read what its `Display` writes.
#[derive(Clone, Debug, PartialEq)]
struct Shouting(String);

impl fmt::Display for Shouting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for Shouting {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_uppercase()))
    }
}

struct Everybody;

impl Membership for Everybody {
    type TenantId = Shouting;
    type Principal = Shouting;
    type Error = Unreadable;

    async fn check(&self, _: &Shouting, _: &Shouting) -> Result<Decision, Unreadable> {
        Ok(Decision::Admit)
    }
}

/// Otherwise a scope of `acme` would open as one of `ACME`.
#[tokio::test]
async fn what_is_not_read_back_as_itself_is_neither_sealed_nor_opened() {
    let authority = Authority::new(Everybody).sealing_with(ScopeKeys::new("users", key("k1", 1)));
    let lower = Scoped::mint(Shouting("acme".into()), "ALICE".into());
    assert!(matches!(authority.seal(&lower, MAIL, HOUR), Err(SealError::TenantNotReadBack)));
    let empty = Scoped::mint(Shouting(String::new()), "ALICE".into());
    assert!(matches!(authority.seal(&empty, MAIL, HOUR), Err(SealError::Tenant(_))));

    let scope = Scoped::mint(Shouting("ACME".into()), "alice".into());
    let sealed = authority.seal(&scope, MAIL, HOUR).unwrap();
    assert!(matches!(authority.open(sealed.as_str(), MAIL).await, Err(OpenError::Principal)));
    // Who is named needs no reading back.
    let named = authority.open_for(&Shouting("alice".into()), sealed.as_str(), MAIL).await.unwrap();
    assert_eq!(named.tenant(), scope.tenant());
}
