//! The binary, run on a test's database.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tenancy_rls::Manifest;

use crate::database::{Database, folder};
use crate::schema::wall;

/// Where a test's files are, and the database that its commands work on.
pub(crate) struct Operator {
    pub(crate) folder: PathBuf,
    url: String,
}

impl Operator {
    pub(crate) fn of(database: &Database, name: &str) -> Self {
        let folder = folder(name);
        Manifest::of(&wall()).write_to(folder.join("tenancy.json")).unwrap();
        Self { folder, url: database.url.clone() }
    }

    pub(crate) fn with_address(&self, url: String) -> Self {
        Self { folder: self.folder.clone(), url }
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

/// What a run said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}{}", self.out, self.err);
        self
    }

    #[track_caller]
    pub(crate) fn failed_with(self, words: &[&str]) -> Self {
        let ran = self.ended(3);
        for word in words {
            assert!(ran.err.contains(word), "{word:?} is not in: {}", ran.err);
        }
        assert!(ran.out.is_empty(), "{}", ran.out);
        ran
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
