//! Tasks in a closed loop: each begins its next operation when the last one is answered.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::task::LocalSet;

use super::drawn::Draw;
use crate::Failure;
use crate::measure::{Key, Keys, Measured};

/// As finely as a chance is drawn.
const FRACTIONS: usize = 1 << 20;

/// A variant: what every task does, with what all of them share.
pub(super) struct Variant {
    pub(super) name: String,
    /// How often an operation waits for the server.
    pub(super) round_trips: usize,
    looped: Rc<dyn Looped>,
}

/// The times of one task's operations, in microseconds.
type Times = Vec<f64>;

trait Looped {
    fn task(
        self: Rc<Self>,
        task: Task,
        until: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Times, Failure>>>>;
}

/// One of the tasks of a load.
#[derive(Debug, Clone)]
pub(super) struct Task {
    /// Its number, by which its keys differ from the others'.
    pub(super) number: usize,
    /// Whose rows it asks for,
    pub(super) tenant: usize,
    /// unless that is drawn.
    pub(super) draw: Option<Draw>,
}

struct Each<S, F> {
    state: S,
    operation: F,
}

impl<S, F> Looped for Each<S, F>
where
    S: 'static,
    F: AsyncFn(&S, Key) -> Result<(), Failure> + 'static,
{
    fn task(
        self: Rc<Self>,
        Task { number, tenant, draw }: Task,
        until: Instant,
    ) -> Pin<Box<dyn Future<Output = Result<Times, Failure>>>> {
        Box::pin(async move {
            let mut keys = Keys::seeded(number as u64 + 1, 1);
            // Its own: neighbours' seeds give neighbours' first numbers.
            let mut chance = Keys::seeded((number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15), FRACTIONS);
            let mut drawn = || chance.next_key().tenant as f64 / FRACTIONS as f64;
            let mut times = Times::new();
            loop {
                let tenant = draw.as_ref().map_or(tenant, |draw| draw.tenant(drawn()));
                if let Some(pause) = draw.as_ref().and_then(|draw| draw.pause(drawn())) {
                    tokio::time::sleep(pause).await;
                }
                let begin = Instant::now();
                if begin >= until {
                    return Ok(times);
                }
                (self.operation)(&self.state, Key { tenant, ..keys.next_key() }).await?;
                times.push(begin.elapsed().as_secs_f64() * 1e6);
                // A request comes through the runtime. Without this, whoever gives a connection back takes it again before bb8
                // has woken those who wait for it, and most of the tasks wait for ever.
                tokio::task::yield_now().await;
            }
        })
    }
}

impl Variant {
    /// Every task does `operation` with `state`.
    pub(super) fn new<S, F>(name: impl Into<String>, round_trips: usize, state: S, operation: F) -> Self
    where
        S: 'static,
        F: AsyncFn(&S, Key) -> Result<(), Failure> + 'static,
    {
        Self { name: name.into(), round_trips, looped: Rc::new(Each { state, operation }) }
    }

    /// Has the tasks run for `time`.
    async fn run(&self, tasks: &[Task], time: Duration) -> Result<Run, Failure> {
        let set = LocalSet::new();
        let begin = Instant::now();
        let handles: Vec<_> = tasks
            .iter()
            .map(|task| set.spawn_local(self.looped.clone().task(task.clone(), begin + time)))
            .collect();
        let ended = async {
            let mut times = Vec::new();
            for handle in handles {
                times.push(handle.await?.map_err(|error| format!("{}: {error}", self.name))?);
            }
            Ok::<_, Failure>(times)
        };
        let times = set.run_until(ended).await?;
        Ok(Run { times, taken: begin.elapsed() })
    }
}

/// What the tasks did in one go.
struct Run {
    /// Of each task.
    times: Vec<Times>,
    taken: Duration,
}

/// What was measured of one variant.
pub(super) struct Loaded {
    /// With the time for an operation: that of the round, by all operations of all tasks.
    pub(super) measured: Measured,
    /// The times of all operations of all rounds, from asking to the answer, for each task.
    pub(super) times: Vec<Times>,
}

impl Loaded {
    /// Operations in a second: the median of the rounds.
    pub(super) fn throughput(&self) -> f64 {
        1e6 / self.measured.median()
    }
}

/// In how many rounds every variant has its turn, and for how long.
#[derive(Debug, Clone, Copy)]
pub(super) struct Effort {
    pub(super) rounds: usize,
    pub(super) time: Duration,
}

/// Measures the variants against each other: in every round each has its turn, the first one of which changes with the round.
pub(super) async fn measure(
    variants: &[Variant],
    tasks: &[Task],
    Effort { rounds, time }: Effort,
) -> Result<Vec<Loaded>, Failure> {
    let mut loaded: Vec<_> = variants
        .iter()
        .map(|variant| Loaded {
            measured: Measured::of(&*variant.name, variant.round_trips),
            times: vec![Times::new(); tasks.len()],
        })
        .collect();
    for variant in variants {
        // Every connection is opened and has its statements prepared.
        variant.run(tasks, time / 4).await?;
    }
    for round in 0..rounds {
        for turn in 0..variants.len() {
            let index = (round + turn) % variants.len();
            // What nobody waited for comes to its end.
            tokio::time::sleep(Duration::from_millis(5)).await;
            let run = variants[index].run(tasks, time).await?;
            let operations: usize = run.times.iter().map(Vec::len).sum();
            loaded[index].measured.rounds.push(run.taken.as_secs_f64() * 1e6 / operations as f64);
            for (all, own) in loaded[index].times.iter_mut().zip(run.times) {
                all.extend(own);
            }
        }
    }
    Ok(loaded)
}
