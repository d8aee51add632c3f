//! The whole suite, on a machine that may have nothing for it yet.

use crate::Failure;
use crate::install::install;
use crate::shell::{cargo, run};

/// How many tests libtest runs at once; otherwise as many as there are cores.
const THREADS: &str = "RUST_TEST_THREADS";

pub(crate) fn run_tests(arguments: &[&str]) -> Result<(), Failure> {
    let (only_say, arguments) = match arguments {
        ["--no-install", rest @ ..] => (true, rest),
        all => (false, all),
    };
    let arguments = arguments.strip_prefix(&["--"]).unwrap_or(arguments);
    install(only_say)?;
    let mut command = cargo(&["test"]);
    // A package that is named is the only one that is wanted; `--workspace` would win over it.
    let ours = arguments.split(|argument| *argument == "--").next().unwrap_or_default();
    let named = |argument: &&str| argument.starts_with("-p") || argument.starts_with("--package");
    if !ours.iter().any(named) {
        command.arg("--workspace");
    }
    // Whoever has said how many means it.
    if std::env::var_os(THREADS).is_none() {
        // A test that asks a server waits for it about a third of its time.
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        command.env(THREADS, (2 * cores).to_string());
    }
    run(command.args(arguments))
}
