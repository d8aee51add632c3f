//! Quotas in this process.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tenancy_core::names::CounterKey;

use crate::quota::{Window, now};

/// Below this many entries the old ones are not worth looking for.
const SWEEP_FROM: usize = 64;

/// What is used, in each period of each tenant's quotas.
pub(super) struct Quotas {
    counts: Mutex<HashMap<CounterKey, Count>>,
    clock: fn() -> u64,
}

struct Count {
    used: u64,
    ends: Option<u64>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { counts: Mutex::default(), clock: now }
    }
}

impl Quotas {
    pub(super) fn now(&self) -> u64 {
        (self.clock)()
    }

    /// Counts `units`, or says how many are used where that would be more than `limit`.
    pub(super) fn count(&self, key: &CounterKey, window: &Window, units: u64, limit: u64) -> Result<(), u64> {
        let mut counts = self.lock();
        let used = counts.get(key).map_or(0, |count| count.used);
        match used.checked_add(units) {
            Some(sum) if sum <= limit => {
                self.make_room(&mut counts);
                counts.entry(key.clone()).or_insert(Count { used: 0, ends: window.ends }).used = sum;
                Ok(())
            }
            _ => Err(used),
        }
    }

    pub(super) fn give_back(&self, key: &CounterKey, units: u64) {
        // There is none where the period is over and forgotten.
        if let Some(count) = self.lock().get_mut(key) {
            count.used = count.used.saturating_sub(units);
        }
    }

    pub(super) fn used(&self, key: &CounterKey) -> u64 {
        self.lock().get(key).map_or(0, |count| count.used)
    }

    /// When the map is about to grow: periods that are over go, so that its size follows the tenants of the current ones.
    fn make_room(&self, counts: &mut HashMap<CounterKey, Count>) {
        if counts.len() >= SWEEP_FROM && counts.len() == counts.capacity() {
            let now = self.now();
            counts.retain(|_, count| count.used > 0 && count.ends.is_none_or(|ends| ends > now));
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CounterKey, Count>> {
        // A panic under the lock leaves the map whole.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tenancy_core::testing;

    use super::*;
    use crate::Period;

    fn key(tenant: u32) -> CounterKey {
        testing::scope(tenant).names("shop").unwrap().counter_key(["quota"])
    }

    #[test]
    fn f14_periods_that_are_over_are_forgotten_and_quotas_for_ever_are_not() {
        let quotas = Quotas::default();
        let (past, forever) = (Period::Hour.window(0), Period::Forever.window(0));
        assert_eq!(quotas.count(&key(0), &forever, 1, 1), Ok(()));
        for tenant in 1..10_000 {
            assert_eq!(quotas.count(&key(tenant), &past, 1, 1), Ok(()));
        }
        assert!(quotas.lock().capacity() < 1000, "{}", quotas.lock().capacity());
        assert_eq!(quotas.count(&key(0), &forever, 1, 1), Err(1));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// F14: against the sum of what passed, with units that are given back in between.
        #[test]
        fn f14_never_more_than_the_limit(limit in 0..50_u64, steps in prop::collection::vec((0..20_u64, any::<bool>()), 0..40)) {
            let quotas = Quotas::default();
            let window = Period::Day.window(quotas.now());
            let (mut used, mut given) = (0, Vec::new());
            for (units, back) in steps {
                if back && let Some(units) = given.pop() {
                    quotas.give_back(&key(1), units);
                    used -= units;
                } else {
                    let outcome = quotas.count(&key(1), &window, units, limit);
                    prop_assert_eq!(outcome, if used + units <= limit { Ok(()) } else { Err(used) });
                    if outcome.is_ok() {
                        used += units;
                        given.push(units);
                    }
                }
                prop_assert_eq!(quotas.used(&key(1)), used);
            }
        }
    }
}
