//! Many tenants at once on a few connections: throughput, and how long one of them waits.

mod drawn;
mod fairness;
mod load;
mod variants;

use std::fmt::Write as _;
use std::time::Duration;

use crate::chapter::Chapter;
use crate::databases::{Databases, Route};
use crate::groups::Scopes;
use crate::measure::quantile;
use crate::report::Section;
use crate::{Context, EACH_WAY, Failure, chart, proxy};
use load::{Effort, Loaded, Task};

/// The connections of each pool.
const CONNECTIONS: u32 = 8;

/// The tasks that share them.
const TASKS: usize = 64;

/// What the variants are made with.
struct Bench<'a> {
    databases: &'a Databases,
    scopes: &'a Scopes,
    route: Route,
}

/// What was measured on one route.
struct Measurements {
    selects: Vec<Loaded>,
    mixed: Vec<Loaded>,
    fairness: Vec<fairness::Row>,
    drawn: Vec<drawn::Drawn>,
}

/// Measures it on both routes.
pub(crate) async fn measure(context: &Context<'_>) -> Result<Chapter, Failure> {
    let proxy = proxy::start(context.databases.port(), EACH_WAY)?;
    let local = on_route(context, Route::Local).await?;
    let network = on_route(context, Route::Network(proxy)).await?;
    let mut text = introduction(effort(context.quick));
    // Writing to a string cannot fail.
    let _ = write_groups(&local, &network, &mut text);
    let pictures = [
        ("64 tenants on 8 connections: point select", &local.selects, &network.selects),
        ("64 tenants on 8 connections: mixed", &local.mixed, &network.mixed),
    ]
    .map(|(title, local, network)| {
        let measured = |all: &[Loaded]| all.iter().map(|loaded| loaded.measured.clone()).collect();
        chart::bars(&Section { title, local: measured(local), network: measured(network) })
    });
    Ok(Chapter {
        title: "Many tenants at once",
        text,
        outcomes: Vec::new(),
        pictures: pictures.into_iter().collect(),
    })
}

async fn on_route(context: &Context<'_>, route: Route) -> Result<Measurements, Failure> {
    eprintln!("Many tenants at once, {route:?} …");
    let bench = Bench { databases: context.databases, scopes: context.scopes, route };
    let effort = effort(context.quick);
    // Each task is a tenant of its own.
    let tasks: Vec<_> = (0..TASKS).map(|number| Task { number, tenant: number, draw: None }).collect();
    Ok(Measurements {
        selects: load::measure(&variants::point_selects(&bench).await?, &tasks, effort).await?,
        mixed: load::measure(&variants::mixed(&bench).await?, &tasks, effort).await?,
        fairness: fairness::rows(&bench, effort).await?,
        drawn: drawn::measured(&bench, effort).await?,
    })
}

fn effort(quick: bool) -> Effort {
    if quick {
        Effort { rounds: 2, time: Duration::from_millis(100) }
    } else {
        Effort { rounds: 5, time: Duration::from_millis(1200) }
    }
}

fn introduction(Effort { rounds, time }: Effort) -> String {
    format!(
        "{TASKS} tasks, each of a tenant of its own, ask one after the other without a pause, over a pool of {CONNECTIONS} \
         connections; in each of {rounds} rounds every variant has {:.1} s, and who begins changes. A ratio is that of the time for \
         an operation, the median of those of the same round, in brackets its quartiles: 2.00 is half the throughput. p50 and p99 are of \
         all operations of all rounds, from asking for a connection to the answer: most of it is waiting for the other tasks. \
         Everything is on one core, so without a network the core is the limit, and with it, where an operation takes several round \
         trips, the connections are.\n",
        time.as_secs_f64()
    )
}

fn write_groups(local: &Measurements, network: &Measurements, text: &mut String) -> std::fmt::Result {
    for (title, trips, local, network) in [
        ("Point select", "round trips", &local.selects, &network.selects),
        ("Four point selects to one update by id", "round trips of a select", &local.mixed, &network.mixed),
    ] {
        write_group(title, trips, local, network, text)?;
    }
    writeln!(
        text,
        "\n### One greedy tenant\n\n\
         {} of the tasks are one tenant's, the other {} are tenants of their own; point selects through `TenantPool`, plain wall. With \
         `connections_per_tenant({})` the greedy one leaves connections to the others. The times are those of the others.\n\n\
         | | local, op/s | of the greedy | p50, us | p99, us | network, op/s | of the greedy | p50, us | p99, us |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|",
        fairness::GREEDY,
        TASKS - fairness::GREEDY,
        fairness::CAP
    )?;
    for (local, network) in local.fairness.iter().zip(&network.fairness) {
        let cells = |row: &fairness::Row| {
            let [middle, late] = row.others;
            format!("{:.0} | {:.0} % | {middle:.0} | {late:.0}", row.throughput, row.greedy * 100.0)
        };
        writeln!(text, "| {} | {} | {} |", local.name, cells(local), cells(network))?;
    }
    drawn::write(&local.drawn, &network.drawn, text)
}

fn write_group(
    title: &str,
    trips: &str,
    local: &[Loaded],
    network: &[Loaded],
    text: &mut String,
) -> std::fmt::Result {
    writeln!(
        text,
        "\n### {title}\n\n\
         | | {trips} | local, op/s | local, ratio | p50, us | p99, us | network, op/s | network, ratio | p50, us | p99, us |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    let (Some(local_base), Some(network_base)) = (local.first(), network.first()) else { return Ok(()) };
    for (local, network) in local.iter().zip(network) {
        let cells = |loaded: &Loaded, base: &Loaded| {
            let [low, middle, high] = loaded.measured.ratio(&base.measured);
            let times = loaded.times.concat();
            format!(
                "{:.0} | **{middle:.2}** ({low:.2}–{high:.2}) | {:.0} | {:.0}",
                loaded.throughput(),
                quantile(&times, 0.5),
                quantile(&times, 0.99)
            )
        };
        let (name, round_trips) = (&local.measured.name, local.measured.round_trips);
        let (local, network) = (cells(local, local_base), cells(network, network_base));
        writeln!(text, "| {name} | {round_trips} | {local} | {network} |")?;
    }
    Ok(())
}
