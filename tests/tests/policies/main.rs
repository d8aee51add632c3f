//! Limits that many processes share, in a real Redis: F14, F29. And a quota that is a row: F14.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod away;
mod kept;
mod processes;
mod quotas;
mod rates;
mod rows;
mod scripts;

use std::future::Future;
use std::time::{Duration, Instant};

use tenancy_policies::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tenancy_policies::{RedisOptions, Store, redis};
use uuid::Uuid;

/// A namespace that no other test has.
fn namespace() -> String {
    Uuid::now_v7().simple().to_string()
}

/// A client with a connection of its own, as another process would have.
async fn connection(url: &str) -> ConnectionManager {
    let config = ConnectionManagerConfig::new().set_number_of_retries(1);
    ConnectionManager::new_with_config(redis::Client::open(url).unwrap(), config).await.unwrap()
}

/// Patient enough for a machine that does other things.
async fn store(url: &str, namespace: &str) -> Store {
    let options = RedisOptions::new().patience(Duration::from_secs(20));
    Store::redis(namespace, connection(url).await, options)
}

/// Waits until it is so, and fails after a minute.
async fn eventually<F: Future<Output = bool>>(mut is_so: impl FnMut() -> F) {
    let begin = Instant::now();
    while !is_so().await {
        assert!(begin.elapsed() < Duration::from_secs(60), "it is not so after a minute");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
