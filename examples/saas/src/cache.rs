//! A cache of figures, in the process or in Redis. Its keys are made from scopes.

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use tenancy_policies::redis::{self, AsyncCommands as _, aio::ConnectionManager};

use crate::config::Config;

pub enum Cache {
    Process(moka::future::Cache<String, String>),
    Redis(ConnectionManager),
}

impl Cache {
    /// # Errors
    ///
    /// If Redis is configured and does not answer.
    pub async fn new(config: &Config) -> Result<Self, redis::RedisError> {
        Ok(match &config.redis_url {
            Some(url) => Self::Redis(ConnectionManager::new(redis::Client::open(url.as_str())?).await?),
            None => {
                let kept =
                    moka::future::Cache::builder().max_capacity(10_000).time_to_live(Duration::from_secs(30));
                Self::Process(kept.build())
            }
        })
    }

    /// What is kept. A cache that does not answer has nothing.
    pub async fn get<T: DeserializeOwned>(&self, key: &str) -> Option<T> {
        let text = match self {
            Self::Process(kept) => kept.get(key).await,
            Self::Redis(connection) => connection.clone().get(key).await.ok().flatten(),
        };
        serde_json::from_str(&text?).ok()
    }

    pub async fn keep<T: Serialize>(&self, key: &str, value: T, time_to_live: Duration) {
        let Ok(text) = serde_json::to_string(&value) else { return };
        match self {
            Self::Process(kept) => kept.insert(key.to_owned(), text).await,
            Self::Redis(connection) => {
                // Not kept is asked again.
                let _: redis::RedisResult<()> =
                    connection.clone().set_ex(key, text, time_to_live.as_secs()).await;
            }
        }
    }

    pub async fn forget(&self, key: &str) {
        match self {
            Self::Process(kept) => kept.invalidate(key).await,
            Self::Redis(connection) => {
                let _: redis::RedisResult<()> = connection.clone().del(key).await;
            }
        }
    }
}
