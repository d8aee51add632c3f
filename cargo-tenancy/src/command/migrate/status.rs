//! `migrate status`.

use anstyle::Style;
use clap::Args;
use tenancy_operate::migrations::{Migrations, State};

use super::fleet::{failed, migrator};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

const BOLD: Style = Style::new().bold();

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let migrator = migrator(&self.database, Migrations::default())?;
        let status = block_on(async {
            migrator.status().await.map_err(|error| failed("the status cannot be shown", error))
        })?;
        output.result(&status, |out| {
            let width = status.targets.iter().map(|row| row.target.chars().count()).max().unwrap_or(0).max(6);
            writeln!(out, "{BOLD}{:width$}  {:11}  {:>7}  migration{BOLD:#}", "target", "state", "applied")?;
            for row in &status.targets {
                writeln!(
                    out,
                    "{:width$}  {:11}  {:>7}  {}",
                    row.target,
                    word(row.state),
                    row.applied,
                    row.migration
                )?;
                if let Some(error) = &row.error {
                    writeln!(out, "{:width$}  attempt {}: {error}", "", row.attempts)?;
                }
            }
            Ok(())
        })?;
        let done = status.targets.iter().all(|row| row.state == State::Applied);
        Ok(if done { exit::DONE } else { exit::FOUND })
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Running => "running",
        State::Waiting => "waiting",
        State::Failed => "failed",
        State::Interrupted => "interrupted",
        _ => "applied",
    }
}
