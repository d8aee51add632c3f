//! A cache of figures, in the process or in Redis. Its keys are made from scopes. A Redis that is away costs time, and figures of before: none is older than it may be.

use std::future::Future;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tenancy_policies::redis::aio::{ConnectionManager, ConnectionManagerConfig};
use tenancy_policies::redis::{AsyncCommands as _, Client, RedisResult};
use tokio::time::timeout;

use crate::config::Config;

pub enum Cache {
    Process(moka::future::Cache<String, String>),
    Redis(ConnectionManager),
}

/// How long a page waits for Redis.
const PATIENCE: Duration = Duration::from_millis(500);

/// A connection to Redis where one is configured: it is opened again after it was lost.
///
/// # Errors
///
/// If it does not answer.
pub async fn redis(config: &Config) -> RedisResult<Option<ConnectionManager>> {
    let Some(url) = &config.redis_url else { return Ok(None) };
    // Whoever asks tries again: one who waits for many tries would hold a request.
    let options = ConnectionManagerConfig::new().set_number_of_retries(1);
    ConnectionManager::new_with_config(Client::open(url.as_str())?, options).await.map(Some)
}

async fn soon<T>(answer: impl Future<Output = RedisResult<T>>) -> Option<T> {
    timeout(PATIENCE, answer).await.ok()?.ok()
}

impl Cache {
    #[must_use]
    pub fn new(redis: Option<ConnectionManager>) -> Self {
        if let Some(redis) = redis {
            return Self::Redis(redis);
        }
        let kept = moka::future::Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(30));
        Self::Process(kept.build())
    }

    /// What is kept. A cache that does not answer has nothing.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text: Option<String> = match self {
            Self::Process(kept) => kept.get(key).await,
            Self::Redis(redis) => soon(redis.clone().get(key)).await.flatten(),
        };
        serde_json::from_str(&text?).ok()
    }

    pub async fn keep<T: Serialize>(&self, key: &str, value: T, time_to_live: Duration) {
        let Ok(text) = serde_json::to_string(&value) else { return };
        match self {
            Self::Process(kept) => kept.insert(key.to_owned(), text).await,
            // Not kept is asked again.
            Self::Redis(redis) => {
                let _: Option<()> = soon(redis.clone().set_ex(key, text, time_to_live.as_secs())).await;
            }
        }
    }

    pub async fn forget(&self, key: &str) {
        match self {
            Self::Process(kept) => kept.invalidate(key).await,
            Self::Redis(redis) => {
                let _: Option<()> = soon(redis.clone().del(key)).await;
            }
        }
    }
}
