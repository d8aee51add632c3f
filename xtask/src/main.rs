//! The commands of this repository. `cargo xtask` lists them.

mod bless;
mod case;
mod check;
mod install;
mod leaks;
mod needs;
mod shell;
mod test;
mod workspace;

use std::env;
use std::process::ExitCode;

/// Why a command ends without success: a line for the person at the terminal.
type Failure = String;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [--no-install] [-- ARGUMENTS]
      Install what the tests need and this machine lacks, and pass ARGUMENTS on to `cargo test --workspace`.
      With --no-install, only say what is missing.
  case FOLDER/NAME
      Begin a compile-fail case: what must not compile, and its twin that does.
  bless [FOLDER/NAME]
      Write the snapshots of the cases anew, or that of one case.
  leaks [ID]
      Show each leak with the tests that stop it, and what remains; or one of them, with its cases.
  check [PART ...]
      What CI runs beside the tests, or the parts of it that are named:
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Failure> {
    match arguments {
        ["test", arguments @ ..] => test::run_tests(arguments),
        ["case", name] => case::run(name),
        ["bless"] => bless::run(None),
        ["bless", name] => bless::run(Some(name)),
        ["leaks"] => leaks::run(None),
        ["leaks", id] => leaks::run(Some(id)),
        ["check", parts @ ..] => check::run(parts),
        [] | ["help" | "--help" | "-h", ..] => {
            print!("{}", usage());
            Ok(())
        }
        [command, ..] => Err(format!("`{command}` with these arguments is no command\n\n{}", usage())),
    }
}

fn usage() -> String {
    let parts = check::PARTS.iter().map(|part| format!("        {:<9} {}\n", part.name, part.about));
    format!("{USAGE}{}", parts.collect::<String>())
}
