//! Rates and quotas in Redis: each question is one script, which Redis runs as a whole.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use redis::aio::ConnectionManager;
use redis::{ErrorKind, FromRedisValue, RedisError, Script, ScriptInvocation, ServerErrorKind};
use tenancy_core::names::CounterKey;
use tokio::runtime::Handle;
use tokio::time::timeout;
use uuid::Uuid;

use super::{Backend, HeldUnits, Request, Reserved, Store, StoreFailure, WhenAway};
use crate::Rate;
use crate::quota::{Hold, now};

/// How often a period is asked for whose clock is not the server's.
const CLOCKS: usize = 3;

/// How long what is used stays known after its period, for reservations that have no end of their own.
const KEPT: Duration = Duration::from_secs(24 * 3600);

static PASS: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("pass.lua")));
static RESERVE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("reserve.lua")));
static SETTLE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("settle.lua")));

/// How Redis is asked.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use tenancy_policies::{RedisOptions, WhenAway};
///
/// let options = RedisOptions::new().patience(Duration::from_millis(100)).when_away(WhenAway::LetThrough);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct RedisOptions {
    when_away: WhenAway,
    patience: Duration,
}

impl RedisOptions {
    /// Waits half a second, and refuses when there is no answer.
    pub const fn new() -> Self {
        Self { when_away: WhenAway::Refuse, patience: Duration::from_millis(500) }
    }

    /// What limits do when there is no answer.
    pub const fn when_away(mut self, choice: WhenAway) -> Self {
        self.when_away = choice;
        self
    }

    /// How long an answer may take, the wait for a lost connection included.
    pub const fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }
}

impl Default for RedisOptions {
    fn default() -> Self {
        Self::new()
    }
}

impl Store {
    /// Counts in Redis, so that many processes share their limits.
    ///
    /// Each question is one Lua script and one round trip, atomic and by the server's clock; keys expire when they say nothing any
    /// more. The connection reconnects by itself; see [`redis::aio::ConnectionManager`]. It is of Redis 5 or newer, as scripts there
    /// may ask for the time before they write, and of what is compatible with it.
    ///
    /// What Redis loses is lost: give it `maxmemory-policy noeviction`, persistence if quotas are to outlive it, and know that replicas
    /// follow later, so that a failover may let a few units pass twice.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::time::Duration;
    /// use tenancy_policies::{RedisOptions, Store, redis};
    ///
    /// let connection = redis::aio::ConnectionManager::new(redis::Client::open("redis://127.0.0.1/")?).await?;
    /// let store = Store::redis("shop", connection, RedisOptions::new().patience(Duration::from_millis(200)));
    /// # Ok(())
    /// # }
    /// ```
    pub fn redis(namespace: &str, connection: ConnectionManager, options: RedisOptions) -> Self {
        Self::with(namespace, Backend::Redis(Redis { connection, options }))
    }
}

#[derive(Clone)]
pub(super) struct Redis {
    connection: ConnectionManager,
    options: RedisOptions,
}

impl Redis {
    pub(super) async fn pass(
        &self,
        key: CounterKey,
        rate: Rate,
        units: u32,
    ) -> Result<Option<Duration>, StoreFailure> {
        let mut script = PASS.key(key.as_str());
        script.arg(rate.interval_micros()).arg(rate.burst_size()).arg(units);
        let wait: u64 = self.run(&script).await?;
        Ok((wait > 0).then(|| Duration::from_micros(wait)))
    }

    pub(super) async fn reserve(&self, request: &Request<'_>) -> Result<Reserved, StoreFailure> {
        let mut at = now();
        for _ in 0..CLOCKS {
            let window = request.period.window(at);
            let (hold, kept) = match request.hold {
                None => (0, KEPT),
                Some(Hold::UntilSettled) => (-1, KEPT),
                // A hold of no time would be none.
                Some(Hold::For(hold)) => {
                    (i64::try_from(hold.as_millis()).unwrap_or(i64::MAX).clamp(1, MOST), KEPT.max(hold))
                }
            };
            let kept = u64::try_from(kept.as_millis()).unwrap_or(u64::MAX).min(MOST.unsigned_abs());
            // Before it is asked for: if the answer does not come, or nobody waits for it, it is given back.
            let mut units = RedisUnits {
                redis: self.clone(),
                key: request.key(&window),
                member: format!("{}:{}", Uuid::now_v7().simple(), request.units),
                units: request.units,
                expires: window.ends.map_or(0, |ends| ends.saturating_add(kept)),
                open: request.hold.is_some(),
            };
            let mut script = RESERVE.key(units.key.as_str());
            script.arg(request.units).arg(request.limit).arg(window.starts).arg(window.ends.unwrap_or(0));
            script.arg(&units.member).arg(hold).arg(kept);
            let (outcome, used, server): (i64, u64, u64) = self.run(&script).await?;
            match outcome {
                1 => return Ok(Reserved::Held(HeldUnits::Redis(units))),
                0 => {
                    units.open = false;
                    return Ok(Reserved::UsedUp { used, left: window.left(server), window });
                }
                _ => {
                    units.open = false;
                    at = server;
                }
            }
        }
        Err(self.failure(ClockJumps, false))
    }

    pub(super) async fn used(&self, request: &Request<'_>) -> Result<u64, StoreFailure> {
        // As a request for more than can be: it changes nothing but what has lapsed.
        let asked = Request { units: MOST.unsigned_abs(), limit: 0, hold: None, ..*request };
        match self.reserve(&asked).await? {
            Reserved::UsedUp { used, .. } => Ok(used),
            Reserved::Held(_) => Ok(0),
        }
    }

    async fn run<T: FromRedisValue>(&self, script: &ScriptInvocation<'_>) -> Result<T, StoreFailure> {
        let mut connection = self.connection.clone();
        match timeout(self.options.patience, script.invoke_async(&mut connection)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                let away = is_away(&error);
                Err(self.failure(error, away))
            }
            Err(_) => Err(self.failure(TooLate { patience: self.options.patience }, true)),
        }
    }

    fn failure(&self, source: impl std::error::Error + Send + Sync + 'static, is_away: bool) -> StoreFailure {
        let lets_through = is_away && self.options.when_away == WhenAway::LetThrough;
        StoreFailure { source: Arc::new(source), lets_through }
    }
}

/// The most that Lua's numbers, which are floats, count exactly.
const MOST: i64 = crate::quota::MOST_UNITS.cast_signed();

/// Whether nobody answered, or a server that is starting or has lost its primary.
fn is_away(error: &RedisError) -> bool {
    error.is_io_error()
        || error.is_timeout()
        || error.is_connection_dropped()
        || error.is_connection_refusal()
        || matches!(
            error.kind(),
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                    | ServerErrorKind::MasterDown
                    | ServerErrorKind::TryAgain
                    | ServerErrorKind::ClusterDown
                    | ServerErrorKind::ReadOnly
            )
        )
}

#[derive(Debug, thiserror::Error)]
#[error("Redis did not answer within {} ms", .patience.as_millis())]
struct TooLate {
    patience: Duration,
}

#[derive(Debug, thiserror::Error)]
#[error("Redis' clock jumps: it was in another period at each of {} questions", CLOCKS)]
struct ClockJumps;

/// Units that Redis holds for us.
pub(crate) struct RedisUnits {
    redis: Redis,
    key: CounterKey,
    member: String,
    units: u64,
    /// When the key goes; zero for never.
    expires: u64,
    /// Whether they are neither used nor given back.
    open: bool,
}

impl RedisUnits {
    /// Uses them. `false` if they had lapsed: then they are counted again.
    ///
    /// It goes on when nobody waits for it.
    pub(crate) async fn commit(mut self) -> Result<bool, StoreFailure> {
        self.open = false;
        self.settle(true).await
    }

    /// Gives them back. `false` if they had lapsed.
    pub(crate) async fn give_back(mut self) -> Result<bool, StoreFailure> {
        self.open = false;
        self.settle(false).await
    }

    async fn settle(&self, commit: bool) -> Result<bool, StoreFailure> {
        let redis = self.redis.clone();
        let mut script = SETTLE.key(self.key.as_str());
        script.arg(&self.member).arg(self.units).arg(u8::from(commit)).arg(self.expires);
        let settled = async move { redis.run::<u8>(&script).await.map(|answer| answer == 1) };
        match Handle::try_current() {
            // If the task panicked, which it does not, nobody knows.
            Ok(runtime) => match runtime.spawn(settled).await {
                Ok(answer) => answer,
                Err(error) => Err(self.redis.failure(error, false)),
            },
            Err(_) => settled.await,
        }
    }
}

impl Drop for RedisUnits {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let (redis, key) = (self.redis.clone(), self.key.clone());
        let mut script = SETTLE.key(self.key.as_str());
        script.arg(&self.member).arg(self.units).arg(0).arg(self.expires);
        match Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                if let Err(error) = redis.run::<u8>(&script).await {
                    tracing::warn!(target: crate::TARGET, %key, %error, "reserved units were not given back: they lapse with their hold");
                }
            })),
            Err(_) => {
                tracing::warn!(target: crate::TARGET, %key, "reserved units were dropped outside of a runtime: they lapse with their hold");
            }
        }
    }
}
