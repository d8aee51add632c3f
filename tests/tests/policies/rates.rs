//! Rates in Redis.

use std::time::Duration;

use futures_util::future::join_all;
use tenancy_diesel::testing;
use tenancy_policies::{Rate, RateLimit, Refusal, redis};
use tenancy_tests::server;

use super::{connection, namespace, store};

/// F29: a burst and not one more passes, whoever asks it of whichever client, and other tenants are not slowed.
#[tokio::test(flavor = "multi_thread")]
async fn f29_clients_share_a_burst_and_tenants_do_not() {
    let Some(url) = server::redis_url() else { return };
    let namespace = namespace();
    // So slow that nothing more passes while this runs.
    let rate = Rate::per_hour(1).burst(20);
    let limits: Vec<RateLimit> = join_all((0..2).map(|_| store(url, &namespace)))
        .await
        .iter()
        .map(|store| RateLimit::fixed(store, "api", rate))
        .collect();
    let (acme, globex) = (testing::scope("acme"), testing::scope("globex"));
    let tasks = (0..60).map(|task| tokio::spawn(limits[task % 2].check(&acme)));
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 20);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        let Refusal::TooFast { what: "api", retry_after } = refused else { panic!("{refused:?}") };
        assert!(
            retry_after > Duration::from_secs(3000) && retry_after <= Duration::from_secs(3600),
            "{retry_after:?}"
        );
    }
    limits[0].check_many(&globex, 20).await.unwrap();

    // Its key is the tenant's, is no cache entry's, and goes by itself when the bucket is full again.
    let mut redis = connection(url).await;
    let keys: Vec<String> =
        redis::cmd("KEYS").arg(format!("{namespace}:acme:*")).query_async(&mut redis).await.unwrap();
    assert_eq!(keys.len(), 1, "{keys:?}");
    assert!(keys[0].starts_with(&format!("{namespace}:acme:_count:rate:api:")), "{keys:?}");
    let left: i64 = redis::cmd("PTTL").arg(&keys[0]).query_async(&mut redis).await.unwrap();
    assert!((71_000_000..=72_000_001).contains(&left), "{left}");
}

/// F29: the wait that a refusal names is enough, and a part of it is not.
#[tokio::test]
async fn f29_one_passes_when_the_refusal_says() {
    let Some(url) = server::redis_url() else { return };
    let limit: RateLimit =
        RateLimit::fixed(&store(url, &namespace()).await, "api", Rate::per_second(2).burst(1));
    let acme = testing::scope("acme");
    limit.check(&acme).await.unwrap();
    let wait = limit.check(&acme).await.unwrap_err().retry_after().unwrap();
    assert!(wait <= Duration::from_millis(500), "{wait:?}");
    tokio::time::sleep(wait).await;
    limit.check(&acme).await.unwrap();
}

/// F29: each principal has a bucket, of its own tenant.
#[tokio::test]
async fn f29_a_bucket_may_be_a_principals() {
    let Some(url) = server::redis_url() else { return };
    let limit: RateLimit =
        RateLimit::fixed(&store(url, &namespace()).await, "api", Rate::per_hour(1)).for_each_principal();
    limit.check(&testing::scope("acme")).await.unwrap();
    assert!(limit.check(&testing::scope("acme")).await.is_err());
    // The same principal, `testing`, in another tenant.
    limit.check(&testing::scope("globex")).await.unwrap();
}
