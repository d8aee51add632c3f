//! The tasks of a round.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use diesel_async::AsyncPgConnection;
use tenancy_diesel::{Scoped, TenantId};
use tenancy_policies::{ConcurrencyLimit, RateLimit, Refusal};
use tenancy_pool::TenantPool;
use tokio::task::LocalSet;

use super::{FLOOD, QUIET};
use crate::Failure;
use crate::groups::{Scopes, read};
use crate::measure::{Key, Keys, quantile};

/// How long a quiet tenant waits between two requests, on the average, and one that was refused.
const PAUSE: Duration = Duration::from_millis(5);
const AGAIN: Duration = Duration::from_millis(1);

/// What one tenant does to the others.
pub(super) enum Flood {
    None,
    Guarded(Guard),
}

/// What each request is asked.
#[derive(Clone, Default)]
pub(super) struct Guard {
    pub(super) rate: Option<RateLimit>,
    pub(super) cap: Option<ConcurrencyLimit>,
}

/// What came of a round: the quiet tenants' times in microseconds, and the flood's requests in a second.
pub(super) struct Seen {
    pub(super) median: f64,
    pub(super) late: f64,
    pub(super) served: f64,
    pub(super) refused: f64,
}

/// What the tasks share.
struct Shared {
    pool: Rc<TenantPool<AsyncPgConnection>>,
    scopes: Scopes,
    guard: Guard,
    until: Instant,
    served: Cell<u64>,
    refused: Cell<u64>,
}

pub(super) async fn run(
    pool: &Rc<TenantPool<AsyncPgConnection>>,
    scopes: &Scopes,
    flood: &Flood,
    time: Duration,
) -> Result<Seen, Failure> {
    let (guard, floods) = match flood {
        Flood::None => (Guard::default(), 0),
        Flood::Guarded(guard) => (guard.clone(), FLOOD),
    };
    let shared = Rc::new(Shared {
        pool: pool.clone(),
        scopes: scopes.clone(),
        guard,
        until: Instant::now() + time,
        served: Cell::new(0),
        refused: Cell::new(0),
    });
    let set = LocalSet::new();
    let quiet: Vec<_> = (1..=QUIET).map(|tenant| set.spawn_local(quiet(shared.clone(), tenant))).collect();
    let floods: Vec<_> = (0..floods).map(|task| set.spawn_local(flooding(shared.clone(), task))).collect();
    let times = set
        .run_until(async {
            let mut times = Vec::new();
            for task in quiet {
                times.extend(task.await??);
            }
            for task in floods {
                task.await??;
            }
            Ok::<_, Failure>(times)
        })
        .await?;
    let in_a_second = |count: &Cell<u64>| count.get() as f64 / time.as_secs_f64();
    Ok(Seen {
        median: quantile(&times, 0.5),
        late: quantile(&times, 0.99),
        served: in_a_second(&shared.served),
        refused: in_a_second(&shared.refused),
    })
}

async fn quiet(shared: Rc<Shared>, tenant: usize) -> Result<Vec<f64>, Failure> {
    let mut keys = Keys::seeded(tenant as u64 + 1, 1000);
    let mut times = Vec::new();
    loop {
        let key = keys.next_key();
        // Between half and one and a half of it, so that they do not walk in step.
        tokio::time::sleep(PAUSE / 2 + PAUSE * key.tenant as u32 / 1000).await;
        let begin = Instant::now();
        if begin >= shared.until {
            return Ok(times);
        }
        if !shared.request(Key { tenant, ..key }).await? {
            return Err("a quiet tenant was refused".into());
        }
        times.push(begin.elapsed().as_secs_f64() * 1e6);
    }
}

async fn flooding(shared: Rc<Shared>, task: usize) -> Result<(), Failure> {
    let mut keys = Keys::seeded(task as u64 + 100, 1);
    while Instant::now() < shared.until {
        if shared.request(Key { tenant: 0, ..keys.next_key() }).await? {
            shared.served.set(shared.served.get() + 1);
            tokio::task::yield_now().await;
        } else {
            shared.refused.set(shared.refused.get() + 1);
            tokio::time::sleep(AGAIN).await;
        }
    }
    Ok(())
}

impl Shared {
    /// Whether it was served.
    async fn request(&self, key: Key) -> Result<bool, Failure> {
        let scope = &self.scopes[key.tenant];
        let permit = match self.allowed(scope).await {
            Ok(permit) => permit,
            Err(Refusal::TooFast { .. } | Refusal::Busy { .. }) => return Ok(false),
            Err(refusal) => return Err(refusal.into()),
        };
        read::through(&self.pool, scope, key).await?;
        drop(permit);
        Ok(true)
    }

    async fn allowed(&self, scope: &Scoped<TenantId>) -> Result<Option<tenancy_policies::Permit>, Refusal> {
        if let Some(rate) = &self.guard.rate {
            rate.check(scope).await?;
        }
        match &self.guard.cap {
            Some(cap) => cap.acquire(scope).await.map(Some),
            None => Ok(None),
        }
    }
}
