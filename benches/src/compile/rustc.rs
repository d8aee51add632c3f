//! rustc, started by this program in the place of rustc: it sees how much memory the compiler took.

use std::env;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::process::{Command, ExitCode};

use nix::sys::resource::{UsageWho, getrusage};

use crate::Failure;

/// Set where this program stands in: the file that it notes the memory in.
pub(super) const NOTES: &str = "TENANCY_BENCHES_RUSTC_NOTES";

/// Compiles, if Cargo started this program as its wrapper of rustc.
pub(crate) fn stand_in_for_rustc() -> Option<ExitCode> {
    let notes = env::var_os(NOTES)?;
    let mut arguments = env::args_os().skip(1);
    let rustc = arguments.next()?;
    let arguments: Vec<_> = arguments.collect();
    let status = Command::new(&rustc).args(&arguments).status();
    let success = match status {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{} cannot be run: {error}", rustc.display());
            false
        }
    };
    let named = arguments.iter().position(|argument| argument == "--crate-name");
    if let Some(name) = named.and_then(|at| arguments.get(at + 1)) {
        // Nobody is left to tell an error to: without a note the report has no figure.
        let _ = note(&notes, &name.to_string_lossy());
    }
    Some(if success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Notes the most memory that the one child of this process had at a time, in KiB.
fn note(notes: &std::ffi::OsStr, name: &str) -> Result<(), Failure> {
    let most = getrusage(UsageWho::RUSAGE_CHILDREN)?.max_rss();
    let mut file = OpenOptions::new().create(true).append(true).open(notes)?;
    Ok(file.write_all(format!("{name} {most}\n").as_bytes())?)
}
