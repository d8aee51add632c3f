//! Nothing is lost, and nothing is counted twice.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use proptest::prelude::*;
use tenancy_core::testing;
use tenancy_policies::{Meter, MeterError, UsageBatch, UsageMeters, UsageSink};
use uuid::Uuid;

const CALLS: Meter = Meter::new("calls");
const MAILS: Meter = Meter::new("mails");

/// What a sink does with a batch.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Takes,
    Fails,
    /// It has it, and says that it has not.
    LosesItsAnswer,
    Hangs,
}

/// A sink as the documentation wants it: each id once.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    turns: Vec<Turn>,
    ids: HashSet<Uuid>,
    totals: HashMap<(String, &'static str), u64>,
}

impl Kept {
    fn taking(turns: impl Into<Vec<Turn>>) -> Self {
        Self(Arc::new(Mutex::new(State { turns: turns.into(), ..State::default() })))
    }

    fn total(&self, tenant: &str, meter: &'static str) -> u64 {
        self.0.lock().unwrap().totals.get(&(tenant.to_owned(), meter)).copied().unwrap_or(0)
    }
}

impl UsageSink for Kept {
    type Error = std::io::Error;

    async fn write(&self, batch: &UsageBatch) -> Result<(), std::io::Error> {
        let turn = self.0.lock().unwrap().turns.pop().unwrap_or(Turn::Takes);
        match turn {
            Turn::Fails => return Err(std::io::Error::other("away")),
            Turn::Hangs => std::future::pending().await,
            Turn::Takes | Turn::LosesItsAnswer => {}
        }
        let mut state = self.0.lock().unwrap();
        assert!(batch.from <= batch.to && !batch.usage.is_empty());
        if state.ids.insert(batch.id) {
            for usage in &batch.usage {
                *state.totals.entry((usage.tenant.to_string(), usage.meter)).or_default() += usage.units;
            }
        }
        if matches!(turn, Turn::LosesItsAnswer) { Err(std::io::Error::other("lost")) } else { Ok(()) }
    }
}

/// F15: each tenant's, each meter's, once.
#[tokio::test]
async fn f15_usage_is_counted_by_tenant_and_meter_and_written_once() {
    let kept = Kept::taking([Turn::LosesItsAnswer, Turn::Fails]);
    let meters = UsageMeters::new(kept.clone());
    let (acme, globex) = (testing::scope("acme"), testing::scope("globex"));
    meters.record(&acme, &CALLS, 2).unwrap();
    meters.record(&acme, &MAILS, 5).unwrap();
    meters.record(&globex, &CALLS, 1).unwrap();
    let failed = meters.flush().await.unwrap_err();
    assert!(failed.to_string().starts_with("the usage of 3 pairs"), "{failed}");
    // Counted while a batch waits to be sent again, which stays as it was.
    meters.record(&acme, &CALLS, 40).unwrap();
    assert_eq!(meters.flush().await.unwrap_err().id, failed.id);
    assert_eq!(kept.total("acme", "calls"), 2);
    meters.flush().await.unwrap();
    meters.flush().await.unwrap();
    assert_eq!(
        (kept.total("acme", "calls"), kept.total("acme", "mails"), kept.total("globex", "calls")),
        (42, 5, 1)
    );
    meters.shutdown(Duration::from_secs(1)).await.unwrap();
    assert!(matches!(meters.record(&acme, &CALLS, 1), Err(MeterError::ShutDown)));
}

/// F15: so many pairs, and not one more; those that are there are counted still.
#[tokio::test]
async fn f15_cardinality_is_bounded_and_what_is_not_counted_is_said() {
    let meters = UsageMeters::with_capacity(Kept::default(), 2);
    for tenant in [1, 2, 1] {
        meters.record(&testing::scope(tenant), &CALLS, 1).unwrap();
    }
    let refused = meters.record(&testing::scope(3), &CALLS, 1).unwrap_err();
    assert!(matches!(refused, MeterError::Full { pairs: 2 }), "{refused}");
    assert!(matches!(meters.record(&testing::scope(1), &CALLS, u64::MAX), Err(MeterError::TooMuch)));
    meters.flush().await.unwrap();
    meters.record(&testing::scope(3), &CALLS, 1).unwrap();
    meters.shutdown(Duration::from_secs(1)).await.unwrap();
}

/// F15: a shutdown tries again until its patience ends, and then gives back what is left.
#[tokio::test(start_paused = true)]
async fn f15_a_shutdown_gives_back_what_the_sink_did_not_take() {
    let acme = testing::scope("acme");
    let kept = Kept::taking([Turn::Fails; 4]);
    let meters = UsageMeters::new(kept.clone());
    meters.record(&acme, &CALLS, 3).unwrap();
    meters.shutdown(Duration::from_secs(60)).await.unwrap();
    assert_eq!(kept.total("acme", "calls"), 3);

    for turns in [vec![Turn::Fails; 100], vec![Turn::Hangs; 2]] {
        let meters = UsageMeters::new(Kept::taking(turns));
        meters.record(&acme, &CALLS, 3).unwrap();
        // One that is on its way, and one that is still counted into.
        let _ = tokio::time::timeout(Duration::from_secs(1), meters.flush()).await;
        meters.record(&acme, &CALLS, 4).unwrap();
        let unflushed = meters.shutdown(Duration::from_secs(5)).await.unwrap_err();
        let units: Vec<u64> = unflushed.batches.iter().map(|batch| batch.usage[0].units).collect();
        assert_eq!(units, [3, 4]);
        assert_ne!(unflushed.batches[0].id, unflushed.batches[1].id);
    }
}

/// F15: in the background, over failures.
#[tokio::test(start_paused = true)]
async fn f15_usage_is_flushed_again_and_again() {
    let kept = Kept::taking([Turn::Takes, Turn::Fails, Turn::LosesItsAnswer]);
    let meters = UsageMeters::new(kept.clone());
    let flushing = tokio::spawn({
        let meters = meters.clone();
        async move { meters.flush_every(Duration::from_secs(1)).await }
    });
    for _ in 0..5 {
        meters.record(&testing::scope("acme"), &CALLS, 1).unwrap();
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    meters.shutdown(Duration::from_secs(10)).await.unwrap();
    flushing.await.unwrap();
    assert_eq!(kept.total("acme", "calls"), 5);
}

fn turn() -> impl Strategy<Value = Turn> {
    prop::sample::select(vec![Turn::Takes, Turn::Fails, Turn::LosesItsAnswer, Turn::Hangs])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// F15: whatever a sink does, and whenever a flush is cancelled, the sum is what was recorded.
    #[test]
    fn f15_the_sum_is_what_was_recorded(
        steps in prop::collection::vec((0..3_u32, 1..100_u64, any::<bool>()), 1..30),
        turns in prop::collection::vec(turn(), 0..20),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(async {
            let kept = Kept::taking(turns);
            let meters = UsageMeters::new(kept.clone());
            let mut expected = HashMap::<u32, u64>::new();
            for (tenant, units, flush) in steps {
                meters.record(&testing::scope(tenant), &CALLS, units).unwrap();
                *expected.entry(tenant).or_default() += units;
                if flush {
                    // Dropped where the sink hangs.
                    let _ = tokio::time::timeout(Duration::from_millis(10), meters.flush()).await;
                }
            }
            kept.0.lock().unwrap().turns.retain(|turn| !matches!(turn, Turn::Hangs));
            meters.shutdown(Duration::from_secs(1_000_000_000)).await.unwrap();
            for (tenant, units) in expected {
                prop_assert_eq!(kept.total(&tenant.to_string(), "calls"), units);
            }
            Ok(())
        })?;
    }
}
