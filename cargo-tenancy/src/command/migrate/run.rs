//! `migrate run`.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use tenancy_operate::migrations::{Options, Outcome, Report};

use super::fleet::{Folders, Targets, failed, tenants};
use super::progress::Bar;
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    folders: Folders,
    #[command(flatten)]
    targets: Targets,
    /// Where this tenant lives comes first, and nothing else is begun unless it ends well
    #[arg(long, value_name = "TENANT")]
    canary: Vec<String>,
    /// So many targets come first, schemas before shared tables
    #[arg(long, value_name = "COUNT", default_value_t = 0)]
    first: usize,
    /// End when the canaries are done; run again without it, the others follow
    #[arg(long)]
    only_canaries: bool,
    /// Go on when a target fails
    #[arg(long)]
    go_on: bool,
    /// Stop when so many have failed
    #[arg(long, value_name = "COUNT", requires = "go_on", value_parser = clap::value_parser!(u32).range(1..))]
    max_failures: Option<u32>,
    /// How long a statement may wait for a lock, in milliseconds; others wait behind it
    #[arg(long, value_name = "MS", default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=3_600_000))]
    lock_timeout: u64,
    /// How long a statement may take, in milliseconds; unless it is said, as long as it takes
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u64).range(1..=2_000_000_000))]
    statement_timeout: Option<u64>,
    /// How often a migration is tried that gets no lock, or loses its connection; pauses double, up to half a minute
    #[arg(long, value_name = "TIMES", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    attempts: u32,
    /// How long another run's work on the same target is waited for, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=86_400))]
    patience: u64,
    /// Create tenants' schemas that are not there
    #[arg(long)]
    create_schemas: bool,
    /// The migration of this version may have another text than was applied elsewhere; said once, it is kept
    #[arg(long, value_name = "VERSION")]
    accept_changed: Vec<String>,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let bar = Bar::new();
        let told = bar.clone();
        let mut options = Options::new()
            .lock_timeout(Duration::from_millis(self.lock_timeout))
            .attempts(self.attempts)
            .patience(Duration::from_secs(self.patience))
            .canaries(tenants(&self.canary)?)
            .first(self.first)
            .accept_changed(self.accept_changed)
            .telling(move |event| told.tell(event));
        if let Some(limit) = self.statement_timeout {
            options = options.statement_timeout(Duration::from_millis(limit));
        }
        if self.go_on {
            let failures = self.max_failures.map(usize::try_from).and_then(Result::ok);
            options = options.go_on(failures.unwrap_or(usize::MAX));
        }
        if self.only_canaries {
            options = options.only_canaries();
        }
        if self.create_schemas {
            options = options.create_schemas();
        }
        let migrator = self.targets.migrator(self.folders.read()?, options)?;
        let report = block_on(async {
            migrator.run().await.map_err(|error| failed("the migrations do not run", error))
        });
        bar.end();
        let report = report?;
        output.result(&report, |out| print(out, &report))?;
        ended(&report, self.go_on)
    }
}

fn ended(report: &Report, goes_on: bool) -> Result<u8, Failure> {
    let failures = report.ended(Outcome::Failed).count();
    let Some(first) = report.ended(Outcome::Failed).next() else { return Ok(exit::DONE) };
    let others = report.ended(Outcome::NotReached).count();
    if goes_on && others == 0 {
        return Ok(exit::FOUND);
    }
    let error = first.error.as_deref().unwrap_or("it failed");
    let failure = Failure::new(format!(
        "{} and {} were not reached: {error}",
        failed_targets(failures),
        targets(others)
    ));
    Err(match &first.fix {
        Some(fix) => failure.fix(fix),
        None => failure.fix("see to it and run this again: what is applied stays applied"),
    })
}

fn targets(count: usize) -> String {
    if count == 1 { "1 target".to_owned() } else { format!("{count} targets") }
}

fn failed_targets(count: usize) -> String {
    format!("{} failed", targets(count))
}

fn print(out: &mut dyn Write, report: &Report) -> std::io::Result<()> {
    let count = |outcome| report.ended(outcome).count();
    for target in &report.targets {
        for migration in &target.applied {
            writeln!(out, "{}: {migration}", target.target)?;
        }
    }
    for target in report.ended(Outcome::Failed) {
        writeln!(out, "failed: {}", target.error.as_deref().unwrap_or_default())?;
        if let Some(fix) = &target.fix {
            writeln!(out, "  fix: {fix}")?;
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "it is shown with one place behind the point")]
    let seconds = report.milliseconds as f64 / 1000.0;
    writeln!(
        out,
        "{} applied on {} of {}; {} up to date, {} failed, {} not reached; {seconds:.1} s",
        report.applied,
        report.targets.iter().filter(|target| !target.applied.is_empty()).count(),
        targets(report.targets.len()),
        count(Outcome::UpToDate),
        count(Outcome::Failed),
        count(Outcome::NotReached),
    )?;
    if report.only_canaries {
        writeln!(out, "these are the canaries; run it without --only-canaries for the others")?;
    }
    Ok(())
}
