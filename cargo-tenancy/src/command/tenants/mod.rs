//! `tenants`: a tenant's life.

mod clone;
mod erase;
mod export;
mod hook;
mod life;
mod progress;
mod restore;
pub(super) mod target;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

/// A tenant's life
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make what the other commands need: the catalog of tenants and the journal of operations
    Prepare(life::Prepare),
    /// List the tenants of the catalog
    List(life::List),
    /// Add a tenant to the shared tables; it is served when its hook has succeeded
    Create(life::Create),
    /// Stop serving a tenant; its rows stay
    Suspend(life::Change),
    /// Serve a suspended tenant again
    Resume(life::Change),
    /// Write all rows of a tenant into a folder
    Export(export::Arguments),
    /// Erase all rows of a suspended tenant, and leave a certificate
    Erase(erase::Arguments),
    /// Bring a tenant back from an export, or make another tenant of it
    Restore(restore::Arguments),
    /// Copy a tenant to another one, a sandbox
    Clone(clone::Arguments),
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self.command {
            Command::Prepare(arguments) => arguments.run(output),
            Command::List(arguments) => arguments.run(output),
            Command::Create(arguments) => arguments.run(output),
            Command::Suspend(arguments) => arguments.suspend(output),
            Command::Resume(arguments) => arguments.resume(output),
            Command::Export(arguments) => arguments.run(output),
            Command::Erase(arguments) => arguments.run(output),
            Command::Restore(arguments) => arguments.run(output),
            Command::Clone(arguments) => arguments.run(output),
        }
    }
}

/// `1 row`, `2 rows`.
fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}
