//! Quotas in Redis.

use std::time::Duration;

use futures_util::future::join_all;
use tenancy_diesel::testing;
use tenancy_policies::{Hold, Period, Quota, Refusal, SettleError, SpendError, redis};
use tenancy_tests::server;

use super::{connection, eventually, namespace, store};

async fn two(url: &str, limit: u64) -> [Quota; 2] {
    let namespace = namespace();
    let stores = [store(url, &namespace).await, store(url, &namespace).await];
    stores.map(|store| Quota::fixed(&store, "exports", Period::Forever, limit))
}

/// F14: no two get the last unit.
#[tokio::test(flavor = "multi_thread")]
async fn f14_exactly_the_limit_passes_through_two_clients() {
    let Some(url) = server::redis_url() else { return };
    let quotas = two(url, 37).await;
    let acme = testing::scope("acme");
    let tasks = (0..100).map(|task| {
        tokio::spawn(quotas[task % 2].spend(&acme, 1, async {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(())
        }))
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 37);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        let SpendError::Refused(Refusal::UsedUp { limit: 37, used: 37, .. }) = refused else {
            panic!("{refused:?}")
        };
    }
    assert_eq!(quotas[0].used(&acme).await.unwrap(), 37);
    assert_eq!(quotas[0].used(&testing::scope("globex")).await.unwrap(), 0);
}

/// F14: what is given back, by an error, by hand or by a drop, is there for others, and nothing else is.
#[tokio::test(flavor = "multi_thread")]
async fn f14_what_is_not_used_is_given_back() {
    let Some(url) = server::redis_url() else { return };
    let quotas = two(url, 50).await;
    let acme = testing::scope("acme");
    let tasks = (0..60_u64).map(|task| {
        let (quota, acme) = (quotas[usize::from(task % 2 == 0)].clone(), acme.clone());
        tokio::spawn(async move {
            let failing = async { Err::<(), _>(std::io::Error::other("disk")) };
            match task % 4 {
                0 => drop(quota.spend(&acme, 2, failing).await.unwrap_err()),
                1 => {
                    if let Ok(reservation) = quota.reserve(&acme, 2).await {
                        reservation.cancel().await.unwrap();
                    }
                }
                2 => drop(quota.reserve(&acme, 2).await),
                _ => {
                    // A future that nobody waits for any more.
                    let asked = quota.reserve(&acme, 2);
                    let _ = tokio::time::timeout(Duration::from_micros(task * 20), asked).await;
                }
            }
        })
    });
    join_all(tasks).await.into_iter().for_each(Result::unwrap);
    let quota = &quotas[0];
    eventually(async || quota.used(&acme).await.unwrap() == 0).await;
    quota.take(&acme, 50).await.unwrap();
    assert_eq!(quota.take(&acme, 1).await.unwrap_err().status(), 429);
}

/// F14: an action that took longer than its hold is counted, and its caller is told.
#[tokio::test]
async fn f14_a_hold_that_lapsed_is_counted_when_it_is_committed() {
    let Some(url) = server::redis_url() else { return };
    let quota = two(url, 1).await[0].clone().hold(Hold::For(Duration::from_millis(1)));
    let acme = testing::scope("acme");
    let slow = quota.reserve(&acme, 1).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    quota.take(&acme, 1).await.expect("what has lapsed is there for others");
    let lapsed = slow.commit().await.unwrap_err();
    assert!(matches!(lapsed, SettleError::Lapsed { what: "exports", units: 1 }), "{lapsed:?}");
    assert_eq!(quota.used(&acme).await.unwrap(), 2);

    // Given back after it has lapsed, it is not given back twice.
    let quota = two(url, 2).await[0].clone().hold(Hold::For(Duration::from_millis(1)));
    let slow = quota.reserve(&acme, 1).await.unwrap();
    tokio::time::sleep(Duration::from_millis(20)).await;
    quota.take(&acme, 2).await.unwrap();
    slow.cancel().await.unwrap();
    assert_eq!(quota.used(&acme).await.unwrap(), 2);
}

/// F14: a period has a key of its own, which goes by itself.
#[tokio::test]
async fn f14_each_period_begins_anew_and_leaves_nothing_behind() {
    let Some(url) = server::redis_url() else { return };
    let namespace = namespace();
    let store = store(url, &namespace).await;
    let acme = testing::scope("acme");
    for period in [Period::Hour, Period::Day, Period::Month, Period::Forever] {
        let quota: Quota = Quota::fixed(&store, "exports", period, 1);
        quota.take(&acme, 1).await.unwrap();
        let Err(Refusal::UsedUp { until, retry_after, .. }) = quota.take(&acme, 1).await else {
            panic!("{period:?}");
        };
        assert_eq!(until.is_some(), period != Period::Forever);
        assert!(retry_after.is_none_or(|wait| wait <= Duration::from_secs(31 * 24 * 3600)));
    }
    let mut redis = connection(url).await;
    let keys: Vec<String> = redis::cmd("KEYS")
        .arg(format!("{namespace}:acme:_count:quota:exports:*"))
        .query_async(&mut redis)
        .await
        .unwrap();
    assert_eq!(keys.len(), 4, "{keys:?}");
    for key in keys {
        let left: i64 = redis::cmd("PTTL").arg(&key).query_async(&mut redis).await.unwrap();
        assert_eq!(left > 0, !key.ends_with("forever"), "{key}: {left}");
    }
}

/// F14: numbers are exact, as far as a quota goes.
#[tokio::test]
async fn f14_large_quotas_are_counted_exactly() {
    let Some(url) = server::redis_url() else { return };
    let most = (1 << 53) - 1;
    let quota = &two(url, most).await[0];
    let acme = testing::scope("acme");
    quota.take(&acme, most - 1).await.unwrap();
    let last = quota.reserve(&acme, 1).await.unwrap();
    let refused = quota.take(&acme, 1).await.unwrap_err();
    assert!(
        matches!(refused, Refusal::UsedUp { used, limit, .. } if used == most && limit == most),
        "{refused:?}"
    );
    last.cancel().await.unwrap();
    assert_eq!(quota.used(&acme).await.unwrap(), most - 1);
    assert_eq!(quota.take(&acme, u64::MAX).await.unwrap_err().status(), 403);
}
