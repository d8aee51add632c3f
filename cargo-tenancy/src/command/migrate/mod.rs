//! `migrate`: the application's migrations, wherever tenants live.

mod drift;
mod fleet;
mod plan;
mod progress;
mod run;
mod status;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Apply what is pending, everywhere; run again after any end, it goes on
    Run(run::Arguments),
    /// Say what would be applied, and change nothing; exit 1 if anything
    Plan(plan::Arguments),
    /// Say what the last runs did, by the status table alone; exit 1 if something is not done
    Status(status::Arguments),
    /// Compare the targets with each other; exit 1 if one is not as the others
    Drift(drift::Arguments),
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self.command {
            Command::Run(arguments) => arguments.run(output),
            Command::Plan(arguments) => arguments.run(output),
            Command::Status(arguments) => arguments.run(output),
            Command::Drift(arguments) => arguments.run(output),
        }
    }
}
