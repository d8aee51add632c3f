//! What a tenant's transaction costs, beside the statement that is written by hand. `README.md` has the method.

mod chapter;
mod chart;
mod client;
mod compile;
mod concurrency;
mod databases;
mod glance;
mod goals;
mod groups;
mod measure;
mod noisy;
mod overview;
mod peers;
mod pinning;
mod proxy;
mod report;
mod scale;
mod schema;
mod server;
mod work;

use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;
use std::{env, fs, io};

use diesel_async::SimpleAsyncConnection;

use chapter::Part;
use databases::{Databases, Kind, Route};
use groups::{Group, Scopes};
use measure::{Between, Effort, Measured};
use report::{Report, Section};

/// Whatever ends the run.
type Failure = Box<dyn Error>;

/// How long the proxy holds a chunk back, each way. With what it costs by itself a round trip takes about 0.8 ms.
const EACH_WAY: Duration = Duration::from_micros(300);

/// How long `--repeat` repeats.
const REPEAT: Duration = Duration::from_secs(10);

const USAGE: &str = "usage: cargo run --release --manifest-path benches/Cargo.toml [-- [--quick] [PART ...] | --list | --repeat NAME]";

/// What is asked for.
enum Task {
    Measure { quick: bool, parts: Vec<Part> },
    List,
    Repeat(String),
}

fn main() -> ExitCode {
    // In place of rustc, and below callgrind: neither needs a server.
    if let Some(status) = compile::stand_in_for_rustc() {
        return status;
    }
    let arguments: Vec<_> = env::args().skip(1).collect();
    if let Some((first, rest)) = arguments.split_first()
        && first == client::ARGUMENT
    {
        return exit(client::run(rest));
    }
    let task = match task(arguments.into_iter()) {
        Some(task) => task,
        None => {
            let parts = Part::ALL.map(Part::name).join(", ");
            eprintln!("{USAGE}\nparts: {parts} (all of them if none is named)");
            return ExitCode::FAILURE;
        }
    };
    exit(run(&task))
}

fn exit(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the benches failed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn task(arguments: impl Iterator<Item = String>) -> Option<Task> {
    let mut arguments = arguments.peekable();
    match arguments.peek().map(String::as_str) {
        Some("--list") => return (arguments.count() == 1).then_some(Task::List),
        Some("--repeat") => {
            let name = arguments.nth(1)?;
            return arguments.next().is_none().then_some(Task::Repeat(name));
        }
        _ => {}
    }
    let quick = arguments.next_if_eq("--quick").is_some();
    let named: Vec<_> = arguments.map(|name| Part::named(&name)).collect::<Option<_>>()?;
    let parts = if named.is_empty() { Part::ALL.to_vec() } else { named };
    Some(Task::Measure { quick, parts })
}

/// One thread: the client's work and the tasks that read its sockets are on the core that is measured.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}

fn run(task: &Task) -> Result<(), Failure> {
    // Before the server and the proxy are started: they inherit it.
    let pinned = pinning::pin();
    let server = server::Server::start()?;
    runtime()?.block_on(async {
        let quick = matches!(task, Task::Measure { quick: true, .. });
        let tenants = if quick { 100 } else { 1000 };
        let databases = Databases::fill(server, tenants).await?;
        let scopes = groups::scopes(tenants).await?;
        match task {
            Task::Measure { quick, parts } => {
                measure_all(&Context { databases: &databases, scopes: &scopes, quick: *quick }, parts, pinned)
                    .await
            }
            Task::List => {
                for title in groups::TITLES {
                    let group = groups::group(title, &databases, &scopes, Route::Local).await?;
                    println!("{title}");
                    group.variants.iter().for_each(|variant| println!("  {}", variant.name));
                }
                Ok(())
            }
            Task::Repeat(name) => {
                let mut variant = None;
                for title in groups::TITLES {
                    let group = groups::group(title, &databases, &scopes, Route::Local).await?;
                    variant = group.variants.into_iter().find(|one| one.name == *name);
                    if variant.is_some() {
                        break;
                    }
                }
                let variant = variant.ok_or_else(|| format!("no variant is called {name:?}: see --list"))?;
                let mean = measure::repeat(variant, REPEAT, scopes.len()).await?;
                println!("{name}: {mean:.1} us");
                Ok(())
            }
        }
    })
}

/// What a part measures with.
pub(crate) struct Context<'a> {
    pub(crate) databases: &'a Databases,
    pub(crate) scopes: &'a Scopes,
    /// To see that it works: as little as still runs everything.
    pub(crate) quick: bool,
}

async fn measure_all(
    context: &Context<'_>,
    parts: &[Part],
    pinned: Result<pinning::Pinned, String>,
) -> Result<(), Failure> {
    let &Context { databases, scopes, quick } = context;
    let mut report = Report::begin(databases, quick, pinned).await?;
    for part in parts {
        match part {
            Part::Statements => {
                let proxy = proxy::start(databases.port(), EACH_WAY)?;
                let local = measure_groups(databases, scopes, Route::Local, quick).await?;
                let network = measure_groups(databases, scopes, Route::Network(proxy), quick).await?;
                for ((title, local), (_, network)) in local.into_iter().zip(network) {
                    report.sections.push(Section { title, local, network });
                }
            }
            Part::Concurrency => report.chapters.push(concurrency::measure(context).await?),
            Part::Noisy => report.chapters.push(noisy::measure(context).await?),
            Part::Scale => report.chapters.push(scale::measure(context).await?),
            Part::Client => report.chapters.push(client::measure(context)?),
            Part::Compile => report.chapters.push(compile::measure(context)?),
        }
    }
    report.end();
    let (text, picture) = (report.markdown(), chart::draw(&report));
    println!("{text}");
    // Beside the sources, wherever the build's own folder is.
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target");
    fs::create_dir_all(folder)?;
    fs::write(format!("{folder}/report.md"), text)?;
    fs::write(format!("{folder}/report.svg"), picture)?;
    println!("written to {folder}: report.md, report.svg");
    if let Some(picture) = glance::draw(&report.sections) {
        fs::write(format!("{folder}/glance.svg"), picture)?;
        println!("and glance.svg");
    }
    Ok(())
}

async fn measure_groups(
    databases: &Databases,
    scopes: &Scopes,
    route: Route,
    quick: bool,
) -> Result<Vec<(&'static str, Vec<Measured>)>, Failure> {
    let mut results = Vec::new();
    for title in groups::TITLES {
        let Group { variants, heavy, inserts } = groups::group(title, databases, scopes, route).await?;
        eprintln!("{title}, {route:?} …");
        databases.clean_up().await?;
        let mut truncates = Vec::new();
        if inserts {
            for kind in Kind::ALL {
                truncates.push(databases.superuser(kind).await?);
            }
        }
        let mut between: Option<Between<'_>> = None;
        if inserts {
            between = Some(Box::new(|| {
                let mut connections: Vec<_> = truncates.iter().collect();
                Box::pin(async move {
                    for connection in &mut connections {
                        connection.batch_execute("TRUNCATE readings").await?;
                    }
                    Ok(())
                })
            }));
        }
        results.push((
            title,
            measure::measure(variants, effort(route, heavy, quick), scopes.len(), &mut between).await?,
        ));
    }
    Ok(results)
}

/// More where an operation is short: the method's own figures, and fewer of them for a quick look.
fn effort(route: Route, heavy: bool, quick: bool) -> Effort {
    match (route, heavy, quick) {
        (Route::Local, false, false) => Effort { rounds: 40, block: 60 },
        (Route::Network(_), false, false) => Effort { rounds: 20, block: 20 },
        (_, true, false) => Effort { rounds: 40, block: 3 },
        (Route::Local, false, true) => Effort { rounds: 8, block: 20 },
        (Route::Network(_), false, true) => Effort { rounds: 5, block: 6 },
        (_, true, true) => Effort { rounds: 4, block: 2 },
    }
}
