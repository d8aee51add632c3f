use proptest::prelude::*;
use serde::{Deserialize, Serialize};

use super::*;
use crate::testing::RecordedEvent;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Report {
    month: String,
    rows: u128,
    ratio: f64,
    tags: Vec<Option<i64>>,
}

fn november() -> Report {
    Report { month: "2026-11".into(), rows: u128::MAX, ratio: 0.1, tags: vec![None, Some(i64::MIN)] }
}

/// L49, L90, F19: a worker has the tenant of the job, whatever it did before.
#[tokio::test]
async fn a_worker_gets_the_payload_with_its_scope() {
    let (authority, sink, _) = usual();
    let (acme, globex) = (TenantId::new(), TenantId::new());
    let mut queue = Vec::new();
    for tenant in [acme, globex, acme] {
        let job = authority.seal_job(&alice_in(tenant), EXPORT, HOUR, &november()).unwrap();
        queue.push(serde_json::to_string(&job).unwrap());
    }
    for (message, tenant) in queue.iter().zip([acme, globex, acme]) {
        let job: TenantJob<Report> = serde_json::from_str(message).unwrap();
        let (scope, report) = authority.open_job(&job, EXPORT).await.unwrap();
        assert_eq!((scope.tenant(), scope.admitted().principal()), (&tenant, "alice"));
        assert_eq!(report, november());
        let told = RecordedEvent::Admitted { principal: "alice".into(), tenant: tenant.to_string() };
        assert_eq!(sink.take(), [told]);
    }
}

/// Splices: no piece of one tenant's job goes into another's.
#[tokio::test]
async fn a_payload_does_not_move_to_another_tenants_envelope() {
    let (authority, sink, _) = usual();
    let seal = |tenant, text: &str| {
        let job = authority.seal_job(&alice_in(tenant), EXPORT, HOUR, &text.to_owned()).unwrap();
        job.as_str().to_owned()
    };
    let (mine, theirs) = (seal(TenantId::new(), "mine"), seal(TenantId::new(), "others"));
    let end = mine.len().min(theirs.len());
    for at in 10..end {
        for spliced in
            [format!("{}{}", &mine[..at], &theirs[at..]), format!("{}{}", &theirs[..at], &mine[at..])]
        {
            if spliced != mine && spliced != theirs {
                let job: TenantJob<String> = spliced.into();
                assert!(authority.open_job(&job, EXPORT).await.is_err(), "{at}");
            }
        }
    }
    assert!(sink.events().is_empty());
}

#[tokio::test]
async fn a_job_is_no_scope_and_a_scope_no_job() {
    let (authority, _, _) = usual();
    let scope = alice_in(TenantId::new());
    let job = authority.seal_job(&scope, MAIL, HOUR, &()).unwrap();
    assert!(matches!(authority.open(job.as_str(), MAIL).await, Err(OpenError::Broken)));
    let unasked = authority.open_without_membership(job.as_str(), MAIL, "trying");
    assert!(matches!(unasked, Err(OpenError::Broken)));
    let sealed = authority.seal(&scope, MAIL, HOUR).unwrap();
    let job: TenantJob<()> = String::from(sealed).into();
    assert!(matches!(authority.open_job(&job, MAIL).await, Err(OpenError::Broken)));
}

#[tokio::test]
async fn a_job_of_another_type_purpose_or_time_does_nothing() {
    let (authority, sink, clock) = usual();
    let sealed = authority.seal_job(&alice_in(TenantId::new()), EXPORT, HOUR, &november()).unwrap();
    let other: TenantJob<Vec<String>> = sealed.as_str().to_owned().into();
    assert!(matches!(authority.open_job(&other, EXPORT).await, Err(OpenError::Payload(_))));
    // Another purpose is told before the payload is looked at.
    assert!(matches!(authority.open_job(&other, MAIL).await, Err(OpenError::WrongPurpose { .. })));
    assert!(matches!(authority.open_job(&sealed, MAIL).await, Err(OpenError::WrongPurpose { .. })));
    clock.set(NOON + 3_600_000);
    assert!(matches!(authority.open_job(&sealed, EXPORT).await, Err(OpenError::Expired)));
    assert!(sink.events().is_empty());
}

#[tokio::test]
async fn who_has_left_has_no_job_done_unless_it_is_said_why() {
    let (authority, sink, _) = usual();
    let job = authority.seal_job(&alice_in(TenantId::new()), EXPORT, HOUR, &7_u8).unwrap();
    authority.membership().left.lock().unwrap().push("alice");
    assert!(matches!(authority.open_job(&job, EXPORT).await, Err(OpenError::Denied)));
    assert!(matches!(sink.take()[..], [RecordedEvent::Denied { .. }]));

    let blank = authority.open_job_without_membership(&job, EXPORT, "");
    assert!(matches!(blank, Err(OpenError::EmptyReason(_))));
    let line = line!() + 1;
    let (_, payload) = authority.open_job_without_membership(&job, EXPORT, "erasure is owed").unwrap();
    assert_eq!(payload, 7);
    let events = sink.take();
    let [RecordedEvent::OpenedWithoutMembership { location, .. }] = &events[..] else { panic!("{events:?}") };
    assert_eq!((location.file(), location.line()), (file!(), line));
}

#[tokio::test]
async fn a_payload_that_is_too_long_or_cannot_be_written_is_not_sealed() {
    let (authority, _, _) = usual();
    let scope = alice_in(TenantId::new());
    for length in [SealedScope::LONGEST, SealedScope::LONGEST * 3 / 4] {
        let long = authority.seal_job(&scope, EXPORT, HOUR, &"x".repeat(length));
        assert!(matches!(long, Err(SealError::TooLong)), "{length}");
    }
    let fits = authority.seal_job(&scope, EXPORT, HOUR, &"x".repeat(700_000)).unwrap();
    assert_eq!(authority.open_job(&fits, EXPORT).await.unwrap().1.len(), 700_000);
    // JSON has no keys that are pairs.
    let unwritable: std::collections::HashMap<(u8, u8), u8> = [((1, 2), 3)].into();
    assert!(matches!(authority.seal_job(&scope, EXPORT, HOUR, &unwritable), Err(SealError::Payload(_))));
    assert_eq!(format!("{fits:?}"), "TenantJob(..)");
}

/// A payload's fields do not reach those of the seal.
#[tokio::test]
async fn a_payload_that_looks_like_claims_changes_none() {
    let (authority, _, _) = usual();
    let (acme, globex) = (TenantId::new(), TenantId::new());
    let hostile =
        serde_json::json!({ "tenant": globex, "purpose": "mail", "expires": u64::MAX, "payload": 1 });
    let job = authority.seal_job(&alice_in(acme), EXPORT, HOUR, &hostile).unwrap();
    let (scope, payload) = authority.open_job(&job, EXPORT).await.unwrap();
    assert_eq!((scope.tenant(), payload), (&acme, hostile));
    assert!(authority.open_job(&job, MAIL).await.is_err());
}

fn opened<T: Serialize + serde::de::DeserializeOwned>(payload: &T) -> T {
    let (authority, _, _) = usual();
    let job = authority.seal_job(&alice_in(TenantId::new()), EXPORT, HOUR, payload).unwrap();
    authority.open_job_without_membership(&job, EXPORT, "comparing").unwrap().1
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

    /// Of random bits: the floats that people write are read back by the most careless parser.
    #[test]
    fn each_finite_float_comes_back_as_it_was(bits in any::<u64>(), fewer in any::<u32>()) {
        let (long, short) = (f64::from_bits(bits), f32::from_bits(fewer));
        prop_assume!(long.is_finite() && short.is_finite());
        let (long_back, short_back) = opened(&(long, short));
        prop_assert_eq!((long_back.to_bits(), short_back.to_bits()), (bits, fewer), "{} {}", long, short);
    }
}

/// `depth` arrays, one in the other.
fn nested(depth: usize) -> serde_json::Value {
    (1..depth).fold(serde_json::json!([]), |inner, _| serde_json::json!([inner]))
}

/// Whoever seals learns it, and not the worker, when it is too late.
#[test]
fn what_would_never_open_is_not_sealed() {
    let (authority, _, _) = usual();
    assert_eq!(opened(&nested(126)), nested(126));
    for depth in [127, 128, 500] {
        let refused = authority.seal_job(&alice_in(TenantId::new()), EXPORT, HOUR, &nested(depth));
        let Err(error @ SealError::NotReadBack(_)) = refused else { panic!("{depth}: {refused:?}") };
        assert!(error.to_string().contains("deep"), "{error}");
    }
}

/// JSON has no other word for them.
#[test]
fn what_is_no_number_comes_back_as_null() {
    assert_eq!(opened(&[Some(f64::NAN), Some(f64::INFINITY), Some(1.5)]), [None, None, Some(1.5)]);
    let (authority, _, _) = usual();
    let job = authority.seal_job(&alice_in(TenantId::new()), EXPORT, HOUR, &f64::NAN).unwrap();
    let refused = authority.open_job_without_membership(&job, EXPORT, "comparing");
    assert!(matches!(refused, Err(OpenError::Payload(_))), "{refused:?}");
}

/// What errors say is for logs, and a payload is not.
#[test]
fn an_error_shows_nothing_of_the_payload() {
    #[derive(Debug, Deserialize)]
    enum Other {}

    let (authority, _, _) = usual();
    let scope = alice_in(TenantId::new());
    let text = authority.seal_job(&scope, EXPORT, HOUR, &"swordfish").unwrap().as_str().to_owned();
    let number: TenantJob<u8> = text.clone().into();
    let variant: TenantJob<Other> = text.into();
    let number = authority.open_job_without_membership(&number, EXPORT, "comparing").unwrap_err();
    let variant = authority.open_job_without_membership(&variant, EXPORT, "comparing").unwrap_err();
    for error in [number, variant] {
        assert!(matches!(error, OpenError::Payload(_)), "{error:?}");
        let mut shown = format!("{error:?}{error:#?}");
        let mut next: Option<&dyn std::error::Error> = Some(&error);
        while let Some(error) = next {
            shown += &format!("{error}{error:?}");
            next = error.source();
        }
        assert!(!shown.contains("swordfish"), "{shown}");
        assert!(shown.contains("line 1 column"), "it says where: {shown}");
    }
}
