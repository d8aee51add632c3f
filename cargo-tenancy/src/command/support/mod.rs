//! `support`: a named person is let into one tenant for a time, and the tenant reads it.

mod grant;
mod list;
mod log;
mod prepare;
mod revoke;

use clap::Subcommand;
use tenancy_operate::support::Person;
use tenancy_operate::tenants::Session;

use crate::connect::Database;
use crate::failure::Failure;
use crate::output::Output;

/// What is in the place of grants on other databases.
const NO_GRANTS: &str = "has no grants of support of this command's: an application there keeps them in a place of its own, by \
                         `tenancy_core::support::SupportStore`";

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the tables of grants, or say anew who may use them; whoever is not named loses it
    Prepare(prepare::Arguments),
    /// Let a person into a tenant for a time
    Grant(grant::Arguments),
    /// End what a person was granted in a tenant
    Revoke(revoke::Arguments),
    /// List the grants that let somebody in
    List(list::Arguments),
    /// What a tenant may read: who was let in by whom, why and until when, each use, and each end
    Log(log::Arguments),
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self.command {
            Command::Prepare(arguments) => arguments.run(output),
            Command::Grant(arguments) => arguments.run(output),
            Command::Revoke(arguments) => arguments.run(output),
            Command::List(arguments) => arguments.run(output),
            Command::Log(arguments) => arguments.run(output),
        }
    }
}

async fn session(database: &Database) -> Result<Session, Failure> {
    database.session_for(NO_GRANTS).await
}

fn person(text: &str) -> Result<Person, Failure> {
    Person::new(text).map_err(|error| Failure::new(format!("{text:?} names nobody")).because(error))
}
