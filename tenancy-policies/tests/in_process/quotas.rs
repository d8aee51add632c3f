//! Quotas and rates of many tasks.

use futures_util::future::join_all;
use tenancy_core::{Scoped, brand, testing};
use tenancy_policies::{Allowance, Period, Quota, Rate, RateLimit, Refusal, SpendError, Store};

/// F14: no two get the last unit.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn f14_exactly_the_limit_passes_however_many_ask() {
    let quota: Quota = Quota::fixed(&Store::in_process("shop"), "exports", Period::Forever, 37);
    let acme = testing::scope("acme");
    let tasks = (0..200).map(|_| {
        tokio::spawn(quota.spend(&acme, 1, async {
            tokio::task::yield_now().await;
            Ok::<_, std::io::Error>(())
        }))
    });
    let outcomes: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 37);
    assert!(outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).all(|refused| matches!(
        refused,
        SpendError::Refused(Refusal::UsedUp { limit: 37, used: 37, until: None, .. })
    )));
    assert_eq!(quota.used(&testing::scope("globex")).await.unwrap(), 0);
}

/// F14: what an action did not use is there for the next: it failed, or was dropped.
#[tokio::test]
async fn f14_an_action_that_fails_or_is_dropped_costs_nothing() {
    let quota: Quota = Quota::fixed(&Store::in_process("shop"), "exports", Period::Month, 1);
    let acme = testing::scope("acme");
    let failed = quota.spend(&acme, 1, async { Err::<(), _>("disk") }).await;
    assert!(matches!(failed, Err(SpendError::Action("disk"))));
    let dropped = tokio::time::timeout(
        std::time::Duration::from_millis(1),
        quota.spend(&acme, 1, std::future::pending::<Result<(), ()>>()),
    );
    assert!(dropped.await.is_err());
    let reserved = quota.reserve(&acme, 1).await.unwrap();
    assert_eq!(quota.take(&acme, 1).await.unwrap_err().status(), 429);
    drop(reserved);
    quota.reserve(&acme, 1).await.unwrap().commit().await.unwrap();
    let refused = quota.take(&acme, 1).await.unwrap_err();
    assert!(refused.retry_after().is_some() && refused.is_for_now(), "{refused}");
}

/// F14: 403 for what no waiting changes, and nothing is counted for it.
#[tokio::test]
async fn f14_a_plan_decides_how_much_there_is() {
    let quota = Quota::new(&Store::in_process("shop"), "exports", Period::Day, |plan: &&str| match *plan {
        "free" => Allowance::NotInPlan,
        "pro" => Allowance::AtMost(5),
        _ => Allowance::Unlimited,
    });
    let (free, pro, all) =
        (testing::admitted("a", "free"), testing::admitted("a", "pro"), testing::admitted("a", "all"));
    assert!(matches!(quota.take(&free, 1).await, Err(Refusal::NotInPlan { what: "exports" })));
    assert!(matches!(quota.take(&pro, 6).await, Err(Refusal::OverPlan { limit: 5, asked: 6, .. })));
    assert_eq!(quota.used(&pro).await.unwrap(), 0);
    quota.take(&pro, 5).await.unwrap();
    assert_eq!(quota.take(&pro, 1).await.unwrap_err().status(), 429);
    quota.take(&all, u64::MAX).await.unwrap();
    assert_eq!(quota.used(&all).await.unwrap(), 5);
}

/// F29: names, namespaces, tenants and principals are kept apart, and limits of one name are one.
#[tokio::test]
async fn f29_what_is_counted_together_is_of_one_name_and_one_tenant() {
    let store = Store::in_process("shop");
    let rate = Rate::per_hour(1);
    let api: RateLimit = RateLimit::fixed(&store, "api", rate);
    let again: RateLimit = RateLimit::fixed(&store, "api", rate);
    let other: RateLimit = RateLimit::fixed(&store, "search", rate);
    let elsewhere: RateLimit = RateLimit::fixed(&Store::in_process("shop"), "api", rate);
    let acme = testing::scope("acme");
    api.check(&acme).await.unwrap();
    assert!(again.check(&acme).await.is_err());
    for limit in [&other, &elsewhere] {
        limit.check(&acme).await.unwrap();
    }
    // Ids that look like keys.
    for hostile in ["acme:_count:rate:api", "ACME", "acme*", "{acme}"] {
        api.check(&testing::scope(hostile)).await.unwrap();
    }
    let each: RateLimit = RateLimit::fixed(&store, "api", rate).for_each_principal();
    each.check(&acme).await.unwrap();
    assert!(each.check(&acme).await.is_err());
}

/// F29: a rate by the plan, and the two kinds of refusal.
#[tokio::test]
async fn f29_a_plan_decides_how_often() {
    let limit = RateLimit::new(&Store::in_process("shop"), "api", |plan: &u32| Rate::per_hour(*plan));
    let (none, two) = (testing::admitted("acme", 0), testing::admitted("acme", 2));
    assert_eq!(limit.check(&none).await.unwrap_err().status(), 403);
    assert!(matches!(limit.check_many(&two, 3).await, Err(Refusal::OverPlan { limit: 2, asked: 3, .. })));
    limit.check_many(&two, 2).await.unwrap();
    let refused = limit.check(&two).await.unwrap_err();
    assert!(
        refused.status() == 429 && refused.retry_after().is_some_and(|wait| !wait.is_zero()),
        "{refused}"
    );
}

/// A scope under a brand is counted as its tenant.
#[tokio::test]
async fn a_branded_scope_is_its_tenants() {
    let quota: Quota = Quota::fixed(&Store::in_process("shop"), "exports", Period::Day, 1);
    let (first, second) = (testing::scope(1), testing::scope(2));
    brand!(north = &first, south = &second);
    quota.take(&north, 1).await.unwrap();
    assert!(quota.take(&first, 1).await.is_err());
    quota.take(&south, 1).await.unwrap();
}

/// A tenant whose id is no key is refused, rather than counted with others.
#[tokio::test]
async fn an_id_without_a_text_is_refused() {
    let quota: Quota = Quota::fixed(&Store::in_process("shop"), "exports", Period::Day, 1);
    let refused = quota.take(&testing::scope(""), 1).await.unwrap_err();
    assert_eq!(refused.status(), 500);
}

/// Every public future goes to another thread, also with a brand that does not.
#[test]
fn futures_are_send_and_do_not_borrow_the_limit() {
    struct Awkward(#[allow(dead_code, reason = "only its type matters")] *const u8);
    impl tenancy_core::Brand for Awkward {}
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let scope: Scoped<u32> = testing::scope(1);
    let scope: Scoped<u32, Awkward> = scope.branded();
    let store = Store::in_process("shop");
    let (quota, rate): (Quota, RateLimit) =
        (Quota::fixed(&store, "a", Period::Day, 1), RateLimit::fixed(&store, "a", Rate::per_hour(1)));
    drop(is_send(quota.reserve(&scope, 1)));
    drop(is_send(quota.spend(&scope, 1, async { Ok::<_, ()>(()) })));
    drop(is_send(quota.used(&scope)));
    drop(is_send(rate.check(&scope)));
    let permits = tenancy_policies::ConcurrencyLimit::fixed("a", 1);
    let acquired = is_send(permits.acquire(&scope));
    drop(permits);
    drop(acquired);
}
