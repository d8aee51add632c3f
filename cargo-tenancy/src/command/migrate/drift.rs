//! `migrate drift`.

use std::io::Write;

use clap::Args;
use tenancy_operate::migrations::{Difference, Drift, Migrations, Options};

use super::fleet::{Targets, failed};
use super::plan::listed;
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

/// How many differences of one kind of schema are printed; `--json` has them all.
const SHOWN: usize = 20;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Tenants' schemas have migrations of their own: compare them with each other, and databases with each other
    #[arg(long)]
    apart: bool,
    #[command(flatten)]
    targets: Targets,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let of_schemas = self.apart.then(Migrations::default);
        let migrator = self.targets.migrator((Migrations::default(), of_schemas), Options::new())?;
        let drift = block_on(async {
            migrator.drift().await.map_err(|error| failed("the targets cannot be compared", error))
        })?;
        output.result(&drift, |out| print(out, &drift))?;
        Ok(if drift.is_none() { exit::DONE } else { exit::FOUND })
    }
}

fn print(out: &mut dyn Write, drift: &Drift) -> std::io::Result<()> {
    for (_, error) in &drift.unread {
        writeln!(out, "unread: {error}")?;
    }
    for group in &drift.groups {
        writeln!(out, "{} of {} targets are alike, as {} is", group.as_most, group.targets, group.like)?;
        for drifted in &group.drifted {
            let targets: Vec<_> = drifted.targets.iter().map(ToString::to_string).collect();
            writeln!(out, "not alike: {}", listed(&targets))?;
            for difference in drifted.differences.iter().take(SHOWN) {
                print_difference(out, difference)?;
            }
            let more = drifted.differences.len().saturating_sub(SHOWN);
            if more > 0 {
                writeln!(out, "  and {more} more, which --json has")?;
            }
        }
    }
    Ok(())
}

fn print_difference(out: &mut dyn Write, difference: &Difference) -> std::io::Result<()> {
    let Difference { kind, name, here, elsewhere, .. } = difference;
    let kind = kind.word();
    match (here, elsewhere) {
        (None, _) => writeln!(out, "  {kind} {name} is missing"),
        (Some(_), None) => writeln!(out, "  {kind} {name} is there, and not elsewhere"),
        (Some(here), Some(elsewhere)) => {
            writeln!(out, "  {kind} {name} is another one")?;
            writeln!(out, "    here:      {}", one_line(here))?;
            writeln!(out, "    elsewhere: {}", one_line(elsewhere))
        }
    }
}

/// A function's text has many.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 200;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
