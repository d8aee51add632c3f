//! Rates in this process, by `governor`.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};
use tenancy_core::names::CounterKey;

use crate::Rate;

/// After how many calls at least the idle keys are looked for, and how many rates may be there before those without keys are.
const SWEEP_AFTER: usize = 1024;
const RATES: usize = 64;

/// What is returned where `governor` has no wait to offer, which [`RateLimit`](crate::RateLimit) does not ask for: no units, or more than
/// a burst.
const NEVER: Duration = Duration::from_secs(3600);

/// The buckets, by their rate: a limiter of `governor`'s has one rate for all of its keys, and an application few rates.
pub(super) struct Rates<C: Clock + Clone = DefaultClock> {
    clock: C,
    by_rate: RwLock<HashMap<Rate, Arc<Buckets<C>>>>,
}

struct Buckets<C: Clock> {
    limiter: RateLimiter<CounterKey, HashMapStateStore<CounterKey>, C, NoOpMiddleware<C::Instant>>,
    calls: AtomicUsize,
}

impl Default for Rates {
    fn default() -> Self {
        Self::with(DefaultClock::default())
    }
}

impl<C: Clock + Clone> Rates<C> {
    fn with(clock: C) -> Self {
        Self { clock, by_rate: RwLock::default() }
    }

    pub(super) fn pass(&self, key: &CounterKey, rate: Rate, units: u32) -> Option<Duration> {
        let (Some(buckets), Some(units)) = (self.buckets(rate), NonZeroU32::new(units)) else {
            return Some(NEVER);
        };
        let outcome = match buckets.limiter.check_key_n(key, units) {
            Ok(Ok(_)) => None,
            Ok(Err(refused)) => Some(refused.wait_time_from(self.clock.now())),
            Err(_) => Some(NEVER),
        };
        buckets.sweep();
        outcome
    }

    fn buckets(&self, rate: Rate) -> Option<Arc<Buckets<C>>> {
        // A panic under the lock leaves the map whole.
        let known = self.by_rate.read().unwrap_or_else(PoisonError::into_inner).get(&rate).cloned();
        if known.is_some() {
            return known;
        }
        let quota = Quota::with_period(rate.interval())?.allow_burst(NonZeroU32::new(rate.burst_size())?);
        let mut by_rate = self.by_rate.write().unwrap_or_else(PoisonError::into_inner);
        if by_rate.len() >= RATES && by_rate.len() == by_rate.capacity() {
            // One that somebody holds is being counted in.
            by_rate.retain(|_, buckets| {
                buckets.limiter.retain_recent();
                Arc::strong_count(buckets) > 1 || !buckets.limiter.is_empty()
            });
        }
        let limiter = || RateLimiter::new(quota, HashMapStateStore::default(), self.clock.clone());
        let buckets = || Arc::new(Buckets { limiter: limiter(), calls: AtomicUsize::new(0) });
        Some(Arc::clone(by_rate.entry(rate).or_insert_with(buckets)))
    }
}

impl<C: Clock> Buckets<C> {
    /// Forgets the keys that are as good as new, once for as many calls as there are keys: the work of a call stays the same.
    fn sweep(&self) {
        let calls = self.calls.fetch_add(1, Ordering::Relaxed);
        if calls >= SWEEP_AFTER && calls >= self.limiter.len() {
            self.calls.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
    }
}

#[cfg(test)]
mod tests {
    use governor::clock::FakeRelativeClock;
    use tenancy_core::testing;

    use super::*;

    fn key(tenant: &str) -> CounterKey {
        testing::scope(tenant.to_owned()).names("shop").unwrap().counter_key(["rate", "api"])
    }

    /// F29.
    #[test]
    fn f29_a_burst_passes_and_then_one_in_each_interval() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with(clock.clone());
        let rate = Rate::per_second(10).burst(3);
        let (acme, globex) = (key("acme"), key("globex"));
        assert_eq!([(); 3].map(|()| rates.pass(&acme, rate, 1)), [None; 3]);
        assert_eq!(rates.pass(&acme, rate, 1), Some(Duration::from_millis(100)));
        // Another tenant has a bucket of its own, and a refusal takes nothing.
        assert_eq!(rates.pass(&globex, rate, 3), None);
        clock.advance(Duration::from_millis(100));
        assert_eq!(rates.pass(&acme, rate, 1), None);
        assert!(rates.pass(&acme, rate, 1).is_some());
    }

    #[test]
    fn f29_tenants_that_were_away_are_forgotten_and_the_others_are_not() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with(clock.clone());
        let rate = Rate::per_second(1).burst(2);
        for tenant in 0..5000 {
            assert_eq!(rates.pass(&key(&tenant.to_string()), rate, 1), None);
        }
        clock.advance(Duration::from_secs(5));
        let (busy, interval) = (key("busy"), Rate::per_hour(2));
        assert_eq!(rates.pass(&busy, interval, 2), None);
        for _ in 0..3 * 5000 {
            let _ = rates.pass(&key("one"), rate, 1);
            let _ = rates.pass(&busy, interval, 1);
        }
        let buckets = rates.buckets(rate).unwrap();
        assert!(buckets.limiter.len() < 10, "{}", buckets.limiter.len());
        assert!(
            rates.pass(&busy, interval, 1).is_some(),
            "one that has something to wait for is not forgotten"
        );
    }

    #[test]
    fn f29_rates_that_nobody_uses_any_more_are_forgotten() {
        let clock = FakeRelativeClock::default();
        let rates = Rates::with(clock.clone());
        for units in 1..5000 {
            assert_eq!(rates.pass(&key("acme"), Rate::per_second(units), 1), None);
            clock.advance(Duration::from_secs(3));
        }
        assert!(rates.by_rate.read().unwrap().len() <= 4 * RATES, "{}", rates.by_rate.read().unwrap().len());
    }
}
