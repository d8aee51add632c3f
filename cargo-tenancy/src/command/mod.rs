//! The commands, one file each: its arguments, and how they become calls of the library and a printed result.

/// The subcommands of a command, each with its arguments, of which `run` does what they say.
macro_rules! subcommands {
    ($($(#[$about:meta])* $name:ident($arguments:ty)),+ $(,)?) => {
        #[derive(Debug, clap::Args)]
        pub(crate) struct Arguments {
            #[command(subcommand)]
            command: Command,
        }

        #[derive(Debug, clap::Subcommand)]
        enum Command {
            $($(#[$about])* $name($arguments),)+
        }

        impl Arguments {
            pub(crate) fn run(
                self,
                output: &$crate::output::Output,
            ) -> Result<u8, $crate::failure::Failure> {
                match self.command {
                    $(Command::$name(arguments) => arguments.run(output),)+
                }
            }
        }
    };
}

mod adopt;
mod check;
mod completions;
mod explain;
mod inspect;
mod keys;
mod migrate;
mod move_tenant;
mod place;
mod support;
mod tenants;
mod top;
mod wall;

use clap::Subcommand;

use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Adopt(adopt::Arguments),
    /// Find what goes round the types in the source, and what of it is new beside the inventory
    Check(check::Arguments),
    /// Print the completions of a shell
    Completions(completions::Arguments),
    /// Check the source, and print each mistake as one line; or what a code means
    Explain(explain::Arguments),
    /// Compare a database with the declared wall, and try it
    Inspect(inspect::Arguments),
    /// The keys that seal tenants: make, install, list, rotate, retire
    ///
    /// On a Citus cluster only `generate`: each node has keys of its own, and `SealingKey::install_on_all_nodes` and `retire_on_all_nodes` reach them.
    Keys(keys::Arguments),
    /// What the wall of a database lacks, and the migrations that lead there
    Wall(wall::Arguments),
    /// The application's migrations, over shared tables, schemas and databases: run, plan, status, drift
    Migrate(migrate::Arguments),
    Move(move_tenant::Arguments),
    /// Let a person into a tenant for a time, with a reason, in a trail that the tenant reads
    Support(support::Arguments),
    /// A tenant's life: create, suspend, export, erase, restore, clone
    Tenants(tenants::Arguments),
    /// Who uses the database now, by tenant, and the noisy neighbour; for Prometheus as well
    Top(Box<top::Arguments>),
}

impl Command {
    /// Does it, and answers with the exit code.
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self {
            Self::Adopt(arguments) => arguments.run(output),
            Self::Check(arguments) => arguments.run(output),
            Self::Completions(arguments) => arguments.run(),
            Self::Explain(arguments) => arguments.run(output),
            Self::Inspect(arguments) => arguments.run(output),
            Self::Keys(arguments) => arguments.run(output),
            Self::Wall(arguments) => arguments.run(output),
            Self::Migrate(arguments) => arguments.run(output),
            Self::Move(arguments) => arguments.run(output),
            Self::Support(arguments) => arguments.run(output),
            Self::Tenants(arguments) => arguments.run(output),
            Self::Top(arguments) => arguments.run(output),
        }
    }
}
