//! One greedy tenant beside others that ask for little: what the cap on a tenant's connections does for them.

use super::load::{Effort, Loaded, Task, Variant, measure};
use super::{Bench, CONNECTIONS, TASKS};
use crate::Failure;
use crate::databases::Kind;
use crate::groups::{Scopes, read};
use crate::measure::quantile;

/// The tasks of the greedy tenant; each other one is a tenant of its own.
pub(super) const GREEDY: usize = 56;

/// The connections that one tenant may have.
pub(super) const CAP: usize = 4;

/// Without the cap, and with it.
pub(super) async fn rows(bench: &Bench<'_>, effort: Effort) -> Result<Vec<Row>, Failure> {
    let tasks: Vec<_> = (0..TASKS)
        .map(|number| Task { number, tenant: (number + 1).saturating_sub(GREEDY), draw: None })
        .collect();
    let builder =
        || Ok::<_, Failure>(bench.databases.builder(Kind::Plain, bench.route)?.max_connections(CONNECTIONS));
    let mut both = Vec::new();
    for (name, builder) in [
        ("no cap".to_owned(), builder()?),
        (format!("cap of {CAP}"), builder()?.max_connections_per_tenant(CAP)),
    ] {
        let state = (builder.build().await?, bench.scopes.clone());
        both.push(Variant::new(name, 1, state, async |(tenants, scopes): &(_, Scopes), key| {
            read::through(tenants, &scopes[key.tenant], key).await
        }));
    }
    Ok(measure(&both, &tasks, effort).await?.into_iter().map(Row::of).collect())
}

/// What became of the two sides.
pub(super) struct Row {
    pub(super) name: String,
    /// Operations of all in a second.
    pub(super) throughput: f64,
    /// The part of them that was the greedy tenant's.
    pub(super) greedy: f64,
    /// Of the others: the median and the 99th percentile, in microseconds.
    pub(super) others: [f64; 2],
}

impl Row {
    fn of(loaded: Loaded) -> Self {
        let throughput = loaded.throughput();
        let (greedy, others) = loaded.times.split_at(GREEDY);
        let (greedy, others) = (greedy.concat(), others.concat());
        Self {
            name: loaded.measured.name,
            throughput,
            greedy: greedy.len() as f64 / (greedy.len() + others.len()) as f64,
            others: [0.5, 0.99].map(|part| quantile(&others, part)),
        }
    }
}
