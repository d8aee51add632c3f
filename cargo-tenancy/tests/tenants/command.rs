//! The binary, run on a test's database.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tenancy_rls::Manifest;

use crate::database::{Database, folder};
use crate::ran::Ran;
use crate::schema::wall;

/// Where a test's files are, and the database that its commands work on.
pub(crate) struct Operator {
    pub(crate) folder: PathBuf,
    url: String,
    /// The address of the database that the catalog calls `silo`.
    silo: Option<String>,
}

impl Operator {
    pub(crate) fn of(database: &Database, name: &str) -> Self {
        let folder = folder(name);
        Manifest::of(&wall()).write_to(folder.join("tenancy.json")).unwrap();
        Self { folder, url: database.url.clone(), silo: None }
    }

    pub(crate) fn with_address(&self, url: String) -> Self {
        Self { folder: self.folder.clone(), url, silo: self.silo.clone() }
    }

    pub(crate) fn with_silo(self, silo: &Database) -> Self {
        Self { silo: Some(silo.url.clone()), ..self }
    }

    /// `tenancy tenants …`, with words that have blanks in them in brackets: `export 1 --to [a b]`.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command
            .args(["tenants"])
            .args(words)
            .current_dir(&self.folder)
            .env("DATABASE_URL", &self.url)
            .env("TENANCY_MANIFEST", self.folder.join("tenancy.json"))
            .env("TMPDIR", &self.folder)
            .env_remove("TENANCY_FAILPOINT");
        if let Some(silo) = &self.silo {
            command.env("TENANCY_DATABASE_SILO", silo);
        }
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ran {
        Ran::of(self.command(words).output().unwrap())
    }

    /// Starts it, and waits until it stands at the failpoint. `None` where it ended without having come there.
    pub(crate) fn stopped_at(&self, place: &str, words: &[&str]) -> Option<Stopped> {
        let until = self.folder.join("go-on");
        let _absent = std::fs::remove_file(&until);
        let mut command = self.command(words);
        command.env("TENANCY_FAILPOINT", place).env("TENANCY_FAILPOINT_UNTIL", &until);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut reader = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap() > 0 {
            if line.trim() == format!("failpoint {place}") {
                return Some(Stopped { child, reader, until });
            }
            line.clear();
        }
        child.wait().unwrap();
        None
    }
}

/// A run that stands at a failpoint.
pub(crate) struct Stopped {
    child: Child,
    reader: BufReader<std::process::ChildStderr>,
    until: PathBuf,
}

impl Stopped {
    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Lets it go on, to its end.
    pub(crate) fn go_on(mut self) -> Ran {
        std::fs::write(&self.until, "").unwrap();
        let mut err = String::new();
        self.reader.read_to_string(&mut err).unwrap();
        Ran { code: self.child.wait().unwrap().code(), out: String::new(), err }
    }
}

/// The names in a folder.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
