//! Cargo, on every core, and what it took.

use std::process::{Command, Stdio};
use std::time::Instant;
use std::{env, fs};

use super::crates::Crates;
use super::rustc::NOTES;
use crate::Failure;

/// What Cargo is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// `cargo check`
    Check,
    /// `cargo build --release`
    Release,
}

/// What a build took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) seconds: f64,
    /// The most memory of the crate's own rustc, in MiB.
    pub(super) memory: f64,
}

/// Builds a crate; what it depends on is built already.
pub(super) fn build(crates: &Crates, mode: Mode, name: &str) -> Result<Taken, Failure> {
    let notes = crates.folder().join("rustc-notes.txt");
    // None is left by the build before.
    let _ = fs::remove_file(&notes);
    let begin = Instant::now();
    cargo(crates, mode, &["-p", name])?;
    let seconds = begin.elapsed().as_secs_f64();
    let noted = fs::read_to_string(&notes).unwrap_or_default();
    let memory = noted.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<f64>().ok());
    // Cargo ends well as well when it finds nothing to do.
    let memory = memory.ok_or_else(|| format!("cargo did not compile `{name}`"))?;
    Ok(Taken { seconds, memory: memory / 1024.0 })
}

/// Builds crates with what they depend on, unmeasured.
pub(super) fn prepare(crates: &Crates, mode: Mode, names: &[String]) -> Result<(), Failure> {
    let packages: Vec<_> = names.iter().flat_map(|name| ["-p", name.as_str()]).collect();
    cargo(crates, mode, &packages)
}

/// Forgets what was built of a crate, with what is kept for the next time.
pub(super) fn forget(crates: &Crates, mode: Mode, name: &str) -> Result<(), Failure> {
    let mut command = command(crates, "clean")?;
    command.args(["-p", name]);
    if mode == Mode::Release {
        command.arg("--release");
    }
    finish(command)
}

fn cargo(crates: &Crates, mode: Mode, packages: &[&str]) -> Result<(), Failure> {
    let mut command = match mode {
        Mode::Check => command(crates, "check")?,
        Mode::Release => command(crates, "build")?,
    };
    if mode == Mode::Release {
        command.arg("--release");
    }
    command.args(packages);
    finish(command)
}

/// This process is pinned to one core, and its children would be.
fn command(crates: &Crates, verb: &str) -> Result<Command, Failure> {
    let cores = fs::read_to_string("/sys/devices/system/cpu/online")?;
    let mut command = Command::new("taskset");
    command
        .args(["-c", cores.trim()])
        .arg(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([verb, "--offline"])
        .current_dir(crates.folder())
        .env("CARGO_TARGET_DIR", crates.folder().join("target"))
        .env("RUSTC_WRAPPER", env::current_exe()?)
        .env(NOTES, crates.folder().join("rustc-notes.txt"))
        .stdin(Stdio::null());
    Ok(command)
}

fn finish(mut command: Command) -> Result<(), Failure> {
    let output = command.output().map_err(|error| format!("`taskset` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let arguments: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    Err(format!("`{}` failed:\n{}", arguments.join(" "), said.trim()).into())
}
