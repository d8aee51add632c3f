//! Redis does not answer, or not what is asked.

use std::time::Duration;

use tenancy_diesel::testing::{self, RecordedEvent, RecordingSink};
use tenancy_policies::{
    Period, Quota, Rate, RateLimit, RedisOptions, Refusal, SettleError, Store, WhenAway, redis,
};
use tenancy_tests::server;

use super::{connection, eventually, namespace};

const SHORT: RedisOptions = RedisOptions::new().patience(Duration::from_millis(300));

/// F14, F29: without an answer nothing is allowed; when Redis is there again, it counts as before.
#[tokio::test(flavor = "multi_thread")]
async fn f29_without_redis_nothing_is_allowed_unless_it_was_said_and_then_it_is_audited() {
    let Some(redis) = server::fresh_redis() else { return };
    let namespace = namespace();
    let strict = Store::redis(&namespace, connection(redis.url()).await, SHORT);
    let sink = RecordingSink::new();
    let lenient =
        Store::redis(&namespace, connection(redis.url()).await, SHORT.when_away(WhenAway::LetThrough))
            .with_audit_sink(sink.clone());
    let acme = testing::scope("acme");
    let rate: RateLimit = RateLimit::fixed(&strict, "api", Rate::per_hour(3));
    let quota: Quota = Quota::fixed(&strict, "exports", Period::Forever, 3);
    let lenient_rate: RateLimit = RateLimit::fixed(&lenient, "api", Rate::per_hour(3));
    let lenient_quota: Quota = Quota::fixed(&lenient, "exports", Period::Forever, 3);
    rate.check(&acme).await.unwrap();
    let reservation = quota.reserve(&acme, 1).await.unwrap();

    redis.signal("STOP");
    for refused in [rate.check(&acme).await.unwrap_err(), quota.take(&acme, 1).await.unwrap_err()] {
        assert!(matches!(refused, Refusal::Unavailable { .. }) && refused.status() == 503, "{refused:?}");
    }
    let unsettled = reservation.commit().await.unwrap_err();
    assert!(matches!(unsettled, SettleError::Unavailable { units: 1, .. }), "{unsettled:?}");
    assert!(sink.events().is_empty());
    lenient_rate.check(&acme).await.unwrap();
    assert!(!lenient_quota.reserve(&acme, 1).await.unwrap().is_counted());
    let skipped = sink.take().into_iter().map(|event| match event {
        RecordedEvent::LimitSkipped { principal, tenant, limit, reason } => {
            assert_eq!((&*principal, &*tenant), ("testing", "acme"));
            assert!(reason.contains("did not answer"), "{reason}");
            limit
        }
        other => panic!("{other:?}"),
    });
    assert_eq!(skipped.collect::<Vec<_>>(), ["api", "exports"]);

    redis.signal("CONT");
    // What was asked while it stood still may have been counted since: two of each at the most.
    eventually(async || quota.used(&acme).await.is_ok()).await;
    eventually(async || {
        rate.check(&acme).await.is_err_and(|refused| matches!(refused, Refusal::TooFast { .. }))
    })
    .await;
    assert!(quota.used(&acme).await.unwrap() <= 3);

    // Gone for good: the connection is lost, and refused.
    drop(redis);
    assert_eq!(quota.take(&acme, 1).await.unwrap_err().status(), 503);
    lenient_rate.check(&acme).await.unwrap();
    assert_eq!(sink.take().len(), 1);
}

/// F29: that Redis refuses is not that it is away.
#[tokio::test]
async fn f29_an_answer_that_is_an_error_lets_nobody_through() {
    let Some(url) = server::redis_url() else { return };
    let namespace = namespace();
    let mut redis = connection(url).await;
    let options = RedisOptions::new().patience(Duration::from_secs(20)).when_away(WhenAway::LetThrough);
    let sink = RecordingSink::new();
    let store = Store::redis(&namespace, redis.clone(), options).with_audit_sink(sink.clone());
    let quota: Quota = Quota::fixed(&store, "exports", Period::Forever, 3);
    let acme = testing::scope("acme");
    quota.take(&acme, 1).await.unwrap();
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("{namespace}:*")).query_async(&mut redis).await.unwrap();
    let () = redis::cmd("SET").arg(&keys[0]).arg("something else").query_async(&mut redis).await.unwrap();
    assert_eq!(quota.take(&acme, 1).await.unwrap_err().status(), 503);
    assert!(sink.events().is_empty());
}

/// F29: scripts that Redis has forgotten, as after a restart, are sent again.
#[tokio::test]
async fn f29_scripts_are_sent_again_when_redis_has_forgotten_them() {
    let Some(redis) = server::fresh_redis() else { return };
    let mut connection = connection(redis.url()).await;
    let store =
        Store::redis(&namespace(), connection.clone(), RedisOptions::new().patience(Duration::from_secs(20)));
    let rate: RateLimit = RateLimit::fixed(&store, "api", Rate::per_hour(2));
    let acme = testing::scope("acme");
    rate.check(&acme).await.unwrap();
    let () = redis::cmd("SCRIPT").arg("FLUSH").query_async(&mut connection).await.unwrap();
    rate.check(&acme).await.unwrap();
    assert!(rate.check(&acme).await.is_err());
}
