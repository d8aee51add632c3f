//! `completions`: what a shell needs to complete the command's arguments.

use clap::{Args, CommandFactory, ValueEnum};
use clap_complete::Shell;

use crate::exit;
use crate::failure::Failure;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
    /// The name of the program to complete
    #[arg(long, value_enum, default_value_t = Program::Tenancy)]
    program: Program,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Program {
    Tenancy,
    CargoTenancy,
}

impl Arguments {
    pub(crate) fn run(self) -> Result<u8, Failure> {
        let name = match self.program {
            Program::Tenancy => "tenancy",
            Program::CargoTenancy => "cargo-tenancy",
        };
        clap_complete::generate(self.shell, &mut crate::Arguments::command(), name, &mut std::io::stdout());
        Ok(exit::DONE)
    }
}
