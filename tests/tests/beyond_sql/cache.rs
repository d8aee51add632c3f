//! Cache entries in Redis.

use tenancy_diesel::names::CacheKey;
use tenancy_policies::redis::{self, AsyncCommands as _};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::server::redis_url;

/// As an application would write it: there is no key but one of a scope.
async fn put(redis: &mut redis::aio::MultiplexedConnection, key: &CacheKey, value: &str, seconds: u64) {
    redis.set_ex::<_, _, ()>(key.as_str(), value, seconds).await.unwrap();
}

async fn get(redis: &mut redis::aio::MultiplexedConnection, key: &CacheKey) -> Option<String> {
    redis.get(key.as_str()).await.unwrap()
}

async fn beginning_with(redis: &mut redis::aio::MultiplexedConnection, prefix: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut keys = redis.scan_match::<_, String>(format!("{prefix}*")).await.unwrap();
    while let Some(key) = keys.next_item().await {
        found.push(key.unwrap());
    }
    drop(keys);
    found
}

/// Parts as users write them: patterns of Redis', another tenant's key, nothing.
const PARTS: [&[&str]; 6] =
    [&["user", "42"], &["user:42"], &["*"], &["", "beyond_sql_cache:2:user:42"], &["user[4]?"], &[]];

#[tokio::test]
async fn f17_l64_each_tenant_has_its_own_entries_and_they_expire() {
    let Some(url) = redis_url() else { return };
    let mut redis = redis::Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    let (acme, globex) = (acme(), globex());
    let (ours, theirs) = (acme.names("beyond_sql_cache").unwrap(), globex.names("beyond_sql_cache").unwrap());

    for (at, parts) in PARTS.into_iter().enumerate() {
        put(&mut redis, &ours.cache_key(parts), &format!("acme {at}"), 60).await;
    }
    for parts in PARTS {
        assert_eq!(get(&mut redis, &theirs.cache_key(parts)).await, None, "{parts:?}");
    }
    for (at, parts) in PARTS.into_iter().enumerate() {
        put(&mut redis, &theirs.cache_key(parts), &format!("globex {at}"), 60).await;
        assert_eq!(get(&mut redis, &ours.cache_key(parts)).await, Some(format!("acme {at}")));
        let left: i64 = redis.ttl(ours.cache_key(parts).as_str()).await.unwrap();
        assert!((1..=60).contains(&left), "{left}");
    }

    // A tenant that leaves: its prefix is a pattern that finds all of its own and nothing else.
    let ours_there = beginning_with(&mut redis, &ours.cache_prefix()).await;
    assert_eq!(ours_there.len(), PARTS.len(), "{ours_there:?}");
    redis.del::<_, ()>(ours_there).await.unwrap();
    for (at, parts) in PARTS.into_iter().enumerate() {
        assert_eq!(get(&mut redis, &ours.cache_key(parts)).await, None);
        assert_eq!(get(&mut redis, &theirs.cache_key(parts)).await, Some(format!("globex {at}")));
    }
}
