//! Interleaved blocks, and the medians of paired ratios.

use std::alloc::System;
use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

use crate::Failure;
use crate::schema::AGENTS;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The bytes that are allocated at this moment.
pub(crate) fn live_bytes() -> f64 {
    let stats = ALLOCATOR.stats();
    stats.bytes_allocated as f64 - stats.bytes_deallocated as f64
}

/// Begins to count this process's allocations.
pub(crate) fn allocations() -> Region<'static, System> {
    Region::new(ALLOCATOR)
}

/// Which rows an operation is about.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    /// The tenant's number.
    pub(crate) tenant: usize,
    /// The agent's number.
    pub(crate) agent: u64,
    /// Used once by each variant, for what is inserted.
    pub(crate) turn: i64,
}

impl Key {
    /// The same of the first tenant.
    pub(crate) const fn of_one_tenant(self) -> Self {
        Self { tenant: 0, ..self }
    }
}

/// How often everything is done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// In how many rounds every variant has a block.
    pub(crate) rounds: usize,
    /// How many operations a block has.
    pub(crate) block: usize,
}

/// A block of operations of one variant, one after the other.
type Block<'a> = Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>;

/// A variant: what is done, with what it is done.
pub(crate) struct Variant {
    /// Its name, which goals refer to.
    pub(crate) name: String,
    /// How often an operation waits for the server.
    pub(crate) round_trips: usize,
    run: Box<dyn Operation>,
}

trait Operation {
    fn block<'a>(&'a mut self, keys: &'a [Key]) -> Block<'a>;
}

struct Each<S, F> {
    state: S,
    operation: F,
}

impl<S, F> Operation for Each<S, F>
where
    F: AsyncFn(&mut S, Key) -> Result<(), Failure>,
{
    fn block<'a>(&'a mut self, keys: &'a [Key]) -> Block<'a> {
        // One box a block: none is paid for by an operation.
        Box::pin(async move {
            for key in keys {
                (self.operation)(&mut self.state, *key).await?;
            }
            Ok(())
        })
    }
}

impl Variant {
    /// Does `operation` with `state`.
    pub(crate) fn new<S, F>(name: impl Into<String>, round_trips: usize, state: S, operation: F) -> Self
    where
        S: 'static,
        F: AsyncFn(&mut S, Key) -> Result<(), Failure> + 'static,
    {
        Self { name: name.into(), round_trips, run: Box::new(Each { state, operation }) }
    }
}

/// What was measured of one variant.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) name: String,
    pub(crate) round_trips: usize,
    /// The mean time of an operation, in microseconds, for each round.
    pub(crate) rounds: Vec<f64>,
    /// Allocations of the client for an operation, with those of the task that reads the socket.
    pub(crate) allocations: usize,
}

impl Measured {
    /// Nothing yet.
    pub(crate) fn of(name: impl Into<String>, round_trips: usize) -> Self {
        Self { name: name.into(), round_trips, rounds: Vec::new(), allocations: 0 }
    }

    /// The median of the rounds, in microseconds.
    pub(crate) fn median(&self) -> f64 {
        quantile(&self.rounds, 0.5)
    }

    /// The ratio to `base`: the quartiles and the median of the ratios of the same round.
    pub(crate) fn ratio(&self, base: &Self) -> [f64; 3] {
        let ratios: Vec<f64> = self.rounds.iter().zip(&base.rounds).map(|(own, base)| own / base).collect();
        [0.25, 0.5, 0.75].map(|part| quantile(&ratios, part))
    }
}

/// A quantile, between neighbours where it falls between two.
pub(crate) fn quantile(values: &[f64], part: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = part * last as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (sorted[above] - sorted[below]) * (position - position.floor())
}

/// Measures the variants against each other: in every round each has one block, the first one of which changes with the round.
///
/// All have the same keys in a round. `between` is run before each block and takes nobody's time.
pub(crate) async fn measure(
    mut variants: Vec<Variant>,
    effort: Effort,
    tenants: usize,
    between: &mut Option<Between<'_>>,
) -> Result<Vec<Measured>, Failure> {
    let mut keys = Keys::new(tenants);
    let mut measured: Vec<Measured> =
        variants.iter().map(|variant| Measured::of(&*variant.name, variant.round_trips)).collect();
    // The first round prepares statements and fills caches; after five executions the server has settled for a plan.
    let warm = effort.block.max(8);
    for round in 0..=effort.rounds {
        let block = keys.block(if round == 0 { warm } else { effort.block });
        for turn in 0..variants.len() {
            let index = (round + turn) % variants.len();
            if let Some(between) = between {
                between().await?;
            }
            // What nobody waited for comes to its end.
            tokio::time::sleep(Duration::from_millis(2)).await;
            let variant = &mut variants[index];
            let allocations = Region::new(ALLOCATOR);
            let begin = Instant::now();
            variant.run.block(&block).await.map_err(|error| format!("{}: {error}", variant.name))?;
            let taken = begin.elapsed();
            if round > 0 {
                let change = allocations.change();
                measured[index].allocations = (change.allocations + change.reallocations) / block.len();
                measured[index].rounds.push(taken.as_secs_f64() * 1e6 / block.len() as f64);
            }
        }
    }
    Ok(measured)
}

/// What is done before each block.
pub(crate) type Between<'a> = Box<dyn FnMut() -> Block<'a> + 'a>;

/// Repeats one variant for `time`, for a profiler, and returns the mean of an operation in microseconds.
pub(crate) async fn repeat(mut variant: Variant, time: Duration, tenants: usize) -> Result<f64, Failure> {
    let mut keys = Keys::new(tenants);
    let (begin, mut operations) = (Instant::now(), 0_u32);
    while begin.elapsed() < time {
        variant.run.block(&keys.block(100)).await?;
        operations += 100;
    }
    Ok(begin.elapsed().as_secs_f64() * 1e6 / f64::from(operations))
}

/// Keys that look random and are the same in every run: a linear congruential generator (Knuth's MMIX).
pub(crate) struct Keys {
    state: u64,
    turn: i64,
    tenants: usize,
}

impl Keys {
    fn new(tenants: usize) -> Self {
        Self::seeded(1, tenants)
    }

    /// Others than those of another seed.
    pub(crate) fn seeded(seed: u64, tenants: usize) -> Self {
        Self { state: seed, turn: 0, tenants }
    }

    fn block(&mut self, length: usize) -> Vec<Key> {
        (0..length).map(|_| self.next_key()).collect()
    }

    /// The next one.
    pub(crate) fn next_key(&mut self) -> Key {
        let mut draw = |below: u64| {
            self.state =
                self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            // The upper half is the better one.
            (self.state >> 33) % below
        };
        let (tenant, agent) = (draw(self.tenants as u64) as usize, draw(AGENTS));
        self.turn += 1;
        Key { tenant, agent, turn: self.turn }
    }
}

#[cfg(test)]
mod tests {
    use super::{Measured, quantile};

    #[test]
    fn quantiles_are_those_of_the_textbook() {
        assert_eq!(quantile(&[3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(quantile(&[4.0, 1.0, 2.0, 3.0], 0.5), 2.5);
        assert_eq!(quantile(&[1.0, 2.0, 3.0, 4.0, 5.0], 0.25), 2.0);
        assert!(quantile(&[], 0.5).is_nan());
    }

    #[test]
    fn ratios_are_paired() {
        let of = |rounds: &[f64]| Measured { rounds: rounds.to_vec(), ..Measured::of("", 1) };
        // Unpaired, the medians' ratio would be 1.
        assert_eq!(of(&[2.0, 1.0, 4.0]).ratio(&of(&[1.0, 2.0, 2.0]))[1], 2.0);
    }
}
