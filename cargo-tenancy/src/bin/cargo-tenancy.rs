//! `cargo tenancy …`: cargo hands the subcommand's own name over as the first argument.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "tenancy") {
        arguments.remove(1);
    }
    cargo_tenancy::run(arguments)
}
