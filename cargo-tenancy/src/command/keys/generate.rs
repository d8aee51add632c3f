//! `keys generate`: a secret of the operating system's.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use ring::rand::{SecureRandom as _, SystemRandom};
use serde::Serialize;

use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

/// As long as the hash that it keys (RFC 2104, section 3).
const SECRET_BYTES: usize = 32;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The number that the database knows the key by; each secret has one of its own
    #[arg(long, value_name = "NUMBER")]
    id: u16,
    #[command(flatten)]
    destination: Destination,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Destination {
    /// The file that is made, which only its owner reads
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the key, for a secret store that reads it from a pipe
    #[arg(long)]
    stdout: bool,
}

#[derive(Serialize)]
struct Generated<'a> {
    id: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a Path>,
    /// Only where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let key = make(self.id)?;
        let file = self.destination.out.as_deref();
        if let Some(path) = file {
            write(path, &key)?;
        }
        let generated = Generated { id: self.id, file, key: file.is_none().then_some(key.as_str()) };
        output.result(&generated, |out| match file {
            Some(path) => {
                writeln!(out, "the key {} is in {}: put it into the secret store", self.id, path.display())
            }
            None => writeln!(out, "{key}"),
        })?;
        Ok(exit::DONE)
    }
}

/// The text of a new key number `id`.
pub(super) fn make(id: u16) -> Result<String, Failure> {
    let mut secret = [0; SECRET_BYTES];
    SystemRandom::new()
        .fill(&mut secret)
        .map_err(|_| Failure::new("the operating system gives no random numbers, and no key was made"))?;
    let digits: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(format!("{id}:{digits}"))
}

/// Writes a file that was not there, which only its owner reads, and gets it onto the disk.
pub(super) fn write(path: &Path, key: &str) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let failure = Failure::new(format!("the key cannot be written to {}, and is lost", path.display()));
        let exists = error.kind() == std::io::ErrorKind::AlreadyExists;
        let failure = failure.because(error);
        if exists { failure.fix("a key is not written over another: name another file") } else { failure }
    };
    let mut file = private(path).map_err(failed)?;
    let written = writeln!(file, "{key}").and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a key is none.
        let _ = std::fs::remove_file(path);
        failed(error)
    })
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt as _;
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Where files have no modes, it has the rights of its folder.
#[cfg(not(unix))]
fn private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}
