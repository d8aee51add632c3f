//! The whole suite, on a machine that may have nothing for it yet.

use crate::Failure;
use crate::install::install;
use crate::shell::{cargo, run};

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
    run(command.args(arguments))
}
