//! Requests of tenants that are drawn anew each time, as they come to a server: of all alike, and of few mostly; as many as
//! the pool can serve, and fewer.

use std::fmt::Write as _;
use std::rc::Rc;
use std::time::Duration;

use super::load::{Effort, Loaded, Task, Variant, measure};
use super::{Bench, CONNECTIONS, TASKS};
use crate::Failure;
use crate::databases::Kind;
use crate::groups::{Scopes, read};
use crate::measure::quantile;

/// The tenants that are drawn from.
const TENANTS: usize = 64;

/// How long a task pauses between two requests, on average, where it does: then some of the connections are idle.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// Whose a request is, and how long after it a task pauses.
#[derive(Debug, Clone)]
pub(super) struct Draw {
    /// The parts of the tenants up to each.
    sums: Rc<[f64]>,
    pause: Option<Duration>,
}

impl Draw {
    /// The tenants' parts fall as `rank^-exponent`.
    fn zipf(exponent: f64, pause: Option<Duration>) -> Self {
        let sums = (1..=TENANTS).scan(0.0, |sum, rank| {
            *sum += (rank as f64).powf(-exponent);
            Some(*sum)
        });
        Self { sums: sums.collect(), pause }
    }

    /// The tenant, by a number from 0 up to 1.
    pub(super) fn tenant(&self, drawn: f64) -> usize {
        let all = self.sums.last().copied().unwrap_or_default();
        self.sums.partition_point(|sum| *sum <= drawn * all).min(TENANTS - 1)
    }

    /// The pause, by another: so that the tasks do not go in step.
    pub(super) fn pause(&self, drawn: f64) -> Option<Duration> {
        self.pause.map(|pause| pause.mul_f64(2.0 * drawn))
    }
}

/// What was measured with one load.
pub(super) struct Drawn {
    title: String,
    loaded: Vec<Loaded>,
}

/// Each load, through a `TenantPool`.
pub(super) async fn measured(bench: &Bench<'_>, effort: Effort) -> Result<Vec<Drawn>, Failure> {
    let mut all = Vec::new();
    for (pace, pause) in [("without a pause", None), ("with pauses", Some(PAUSE))] {
        for (shape, exponent) in [("all alike", 0.0), ("Zipf, exponent 1", 1.0)] {
            let draw = Draw::zipf(exponent, pause);
            let tasks: Vec<_> =
                (0..TASKS).map(|number| Task { number, tenant: 0, draw: Some(draw.clone()) }).collect();
            let loaded = measure(&variants(bench).await?, &tasks, effort).await?;
            all.push(Drawn { title: format!("{shape}, {pace}"), loaded });
        }
    }
    Ok(all)
}

async fn variants(bench: &Bench<'_>) -> Result<Vec<Variant>, Failure> {
    let mut variants = Vec::new();
    for kind in [Kind::Plain, Kind::Sealed] {
        // All of them are open, as after a busy minute: by itself a pool opens no more than are in use at a time.
        let builder = bench.databases.builder(kind, bench.route)?;
        let tenants = builder.max_connections(CONNECTIONS).min_idle(CONNECTIONS).build().await?;
        let state = (tenants, bench.scopes.clone());
        variants.push(Variant::new(kind.words(), 1, state, async |(tenants, scopes): &(_, Scopes), key| {
            read::through(tenants, &scopes[key.tenant], key).await
        }));
    }
    Ok(variants)
}

pub(super) fn write(local: &[Drawn], network: &[Drawn], text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "\n### Tenants that are drawn\n\n\
         {TASKS} tasks again, but each request is that of one of {TENANTS} tenants, drawn anew: all alike, or by Zipf's law, where the first has \
         a fifth of them. Point selects through `TenantPool`. With pauses of {} ms on average between two requests of a task some of the \
         {CONNECTIONS} connections are idle most of the time: then how many requests there are in a second is given, and the times tell.\n\n\
         | tenants | wall | local, op/s | p50, us | p99, us | network, op/s | p50, us | p99, us |\n\
         |---|---|--:|--:|--:|--:|--:|--:|",
        PAUSE.as_millis()
    )?;
    for (local, network) in local.iter().zip(network) {
        for (here, there) in local.loaded.iter().zip(&network.loaded) {
            let cells = |loaded: &Loaded| {
                let times = loaded.times.concat();
                let [middle, late] = [0.5, 0.99].map(|part| quantile(&times, part));
                format!("{:.0} | {middle:.0} | {late:.0}", loaded.throughput())
            };
            writeln!(
                text,
                "| {} | {} | {} | {} |",
                local.title,
                here.measured.name,
                cells(here),
                cells(there)
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Draw;

    #[test]
    fn tenants_are_drawn_by_their_parts() {
        let (alike, zipf) = (Draw::zipf(0.0, None), Draw::zipf(1.0, None));
        assert_eq!((alike.tenant(0.0), alike.tenant(0.5), alike.tenant(0.999_999)), (0, 32, 63));
        assert_eq!((zipf.tenant(0.2), zipf.tenant(0.22), zipf.tenant(0.999_999)), (0, 1, 63));
    }
}
