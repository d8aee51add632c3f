#![doc = include_str!("../README.md")]

mod addresses;
mod adopt;
mod check;
mod command;
mod connect;
mod exit;
mod explain;
mod failure;
mod manifest;
mod not_here;
mod output;
mod sealing_key;
mod waivers;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::output::Output;

/// Sees to it that no tenant sees another's rows: in the source, on databases, and through a tenant's life.
#[derive(Debug, Parser)]
#[command(name = "tenancy", version, propagate_version = true, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    output: Output,
    #[command(subcommand)]
    command: Command,
}

/// Does what the arguments say, the program's name first, and answers with the exit code. It writes to the standard streams.
pub fn run(arguments: Vec<OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { exit::USAGE } else { exit::DONE };
            // Nobody is there to be told of a closed stream.
            let _closed = error.print();
            return ExitCode::from(code);
        }
    };
    let Arguments { output, command } = arguments;
    match command.run(&output) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            output.failure(&failure);
            ExitCode::from(exit::FAILED)
        }
    }
}
