//! `wall`: from the wall that a database has to the one that the manifest declares.

mod diff;
mod migration;
mod seal;
mod version;

pub(super) use self::version::now;

use clap::{Args, Subcommand};
use tenancy_rls::Mode;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// What the database lacks of the declared wall
    Diff(diff::Arguments),
    /// Write the migration that leads to the declared wall
    Migration(migration::Arguments),
    /// Write the next migration on the way from plain tenants to sealed ones
    Seal(seal::Arguments),
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self.command {
            Command::Diff(arguments) => arguments.run(output),
            Command::Migration(arguments) => arguments.run(output),
            Command::Seal(arguments) => arguments.run(output),
        }
    }
}

/// The name of a mode.
fn named(mode: Mode) -> &'static str {
    match mode {
        Mode::Plain => "plain",
        Mode::Sealed => "sealed",
        Mode::Both => "both",
    }
}
