//! One tenant that floods, and how long the others wait: without a limit, with a rate, with a cap.

mod load;

use std::fmt::Write as _;
use std::time::Duration;

use tenancy_policies::{ConcurrencyLimit, Rate, RateLimit, Store};

use crate::chapter::Chapter;
use crate::databases::{Kind, Route};
use crate::measure::Measured;
use crate::{Context, EACH_WAY, Failure, proxy};
use load::{Flood, Guard, Seen};

/// The connections that all tenants share, and the tenants that ask now and then, each by a task of its own.
const CONNECTIONS: u32 = 8;
const QUIET: usize = 8;

/// The tasks of the tenant that floods, none of which waits between two requests.
const FLOOD: usize = 64;

/// Its rate in a second, and how many at once.
const RATE: u32 = 200;
const CAP: usize = 2;

struct Effort {
    rounds: usize,
    time: Duration,
}

/// What was seen with one guard: of each round, the quiet tenants' median and 99th percentile.
struct Row {
    median: Measured,
    late: Measured,
    served: Vec<f64>,
    refused: Vec<f64>,
}

/// Measures it on both routes.
pub(crate) async fn measure(context: &Context<'_>) -> Result<Chapter, Failure> {
    let effort = if context.quick {
        Effort { rounds: 2, time: Duration::from_millis(150) }
    } else {
        Effort { rounds: 10, time: Duration::from_millis(1500) }
    };
    let proxy = proxy::start(context.databases.port(), EACH_WAY)?;
    let mut text = introduction(&effort);
    for (name, route) in [("local", Route::Local), ("network", Route::Network(proxy))] {
        eprintln!("One tenant floods, {name} …");
        let rows = on_route(context, route, &effort).await?;
        // Writing to a string cannot fail.
        let _ = write(name, &rows, &mut text);
    }
    Ok(Chapter { title: "One tenant floods", text, outcomes: Vec::new(), pictures: Vec::new() })
}

fn guards() -> [(&'static str, Flood); 5] {
    let store = Store::in_process("bench");
    let rate = || RateLimit::fixed(&store, "flood", Rate::per_second(RATE).burst(RATE / 10));
    let cap = || ConcurrencyLimit::fixed("flood", CAP);
    [
        ("nobody floods", Flood::None),
        ("flood, no limit", Flood::Guarded(Guard::default())),
        ("flood, rate", Flood::Guarded(Guard { rate: Some(rate()), cap: None })),
        ("flood, cap", Flood::Guarded(Guard { rate: None, cap: Some(cap()) })),
        ("flood, rate and cap", Flood::Guarded(Guard { rate: Some(rate()), cap: Some(cap()) })),
    ]
}

async fn on_route(context: &Context<'_>, route: Route, effort: &Effort) -> Result<Vec<Row>, Failure> {
    let builder = context.databases.builder(Kind::Plain, route)?.max_connections(CONNECTIONS);
    let pool = std::rc::Rc::new(builder.build().await?);
    let floods = guards();
    let mut rows: Vec<_> = floods
        .iter()
        .map(|(name, _)| Row {
            median: Measured::of(*name, 1),
            late: Measured::of(*name, 1),
            served: Vec::new(),
            refused: Vec::new(),
        })
        .collect();
    // Every connection is opened and has its statements prepared.
    load::run(&pool, context.scopes, &Flood::Guarded(Guard::default()), effort.time / 4).await?;
    for round in 0..effort.rounds {
        for turn in 0..floods.len() {
            let index = (round + turn) % floods.len();
            let Seen { median, late, served, refused } =
                load::run(&pool, context.scopes, &floods[index].1, effort.time).await?;
            rows[index].median.rounds.push(median);
            rows[index].late.rounds.push(late);
            rows[index].served.push(served);
            rows[index].refused.push(refused);
        }
    }
    Ok(rows)
}

fn introduction(Effort { rounds, time }: &Effort) -> String {
    format!(
        "{QUIET} tenants ask for one row, wait some five milliseconds, and ask again, through a `TenantPool` of {CONNECTIONS} \
         connections, plain wall. {FLOOD} tasks of one more tenant ask without a pause; one that is refused comes again a millisecond \
         later. Each request of every tenant asks the limits of `tenancy-policies` in this process first: {RATE} requests a \
         second for each tenant, and {CAP} at once. In each of {rounds} rounds each row has {:.1} s, and who begins changes. The times \
         are those of the quiet tenants, from asking the limit to the answer; a ratio is to the first row's of the same round: \
         the median of the rounds, in brackets its quartiles. 1.00 is a flood that nobody else notices.\n",
        time.as_secs_f64()
    )
}

fn write(route: &str, rows: &[Row], text: &mut String) -> std::fmt::Result {
    writeln!(
        text,
        "\n### {route}\n\n\
         | | p50, us | ratio | p99, us | ratio | the flood's, served/s | refused/s |\n\
         |---|--:|--:|--:|--:|--:|--:|"
    )?;
    let Some(base) = rows.first() else { return Ok(()) };
    for row in rows {
        let cells = |own: &Measured, base: &Measured| {
            let [low, middle, high] = own.ratio(base);
            format!("{:.0} | **{middle:.2}** ({low:.2}–{high:.2})", own.median())
        };
        let rate = |rounds: &[f64]| crate::measure::quantile(rounds, 0.5);
        let (median, late) = (cells(&row.median, &base.median), cells(&row.late, &base.late));
        let (served, refused) = (rate(&row.served), rate(&row.refused));
        writeln!(text, "| {} | {median} | {late} | {served:.0} | {refused:.0} |", row.median.name)?;
    }
    Ok(())
}
