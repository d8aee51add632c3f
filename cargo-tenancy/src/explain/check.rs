//! `cargo check`, and what it says.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use cargo_metadata::diagnostic::DiagnosticLevel;
use cargo_metadata::{Message, MetadataCommand};

use super::complaint::Complaint;
use crate::failure::Failure;

/// What cargo prints of what we print ourselves.
const OURS: [&str; 5] = [
    "error: could not compile ",
    "warning: build failed, waiting",
    "warning: `",
    "    Finished ",
    "For more information",
];

/// The package, or the workspace, that is looked at.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// What the compiler's file names are seen from.
    pub(crate) root: PathBuf,
    /// The folders of its packages. What lies outside of them is not the user's to change.
    pub(crate) packages: Vec<PathBuf>,
    /// Where cargo builds, and where build scripts write sources.
    target: PathBuf,
}

/// What the compiler said.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    /// Its errors, each once, in its order.
    pub(crate) complaints: Vec<Complaint>,
    /// How many warnings there were.
    pub(crate) warnings: usize,
}

impl Workspace {
    /// The one that cargo finds with these arguments.
    pub(crate) fn find(arguments: &[OsString]) -> Result<Self, Failure> {
        let mut command = MetadataCommand::new();
        command.no_deps().cargo_path(cargo());
        if let Some(manifest) = value_of(arguments, "--manifest-path") {
            command.manifest_path(PathBuf::from(manifest));
        }
        let metadata = command.exec().map_err(|error| match error {
            // In cargo's own words, which begin with `error:`.
            cargo_metadata::Error::CargoMetadata { stderr } => {
                let said = stderr.trim().trim_start_matches("error: ").to_owned();
                Failure::new("cargo finds no package to check").because(said)
            }
            error => not_run(error),
        })?;
        let folder = |package: &cargo_metadata::Package| {
            package.manifest_path.parent().map(|folder| folder.as_std_path().to_owned())
        };
        Ok(Self {
            root: metadata.workspace_root.clone().into_std_path_buf(),
            packages: metadata.workspace_packages().into_iter().filter_map(folder).collect(),
            target: metadata.target_directory.clone().into_std_path_buf(),
        })
    }

    /// Whether a file is of one of its packages, and not of another that lies in its folder, nor generated.
    pub(crate) fn owns(&self, file: &Path) -> bool {
        self.package_of(file).is_some()
    }

    /// The folder of the package that a file is of.
    pub(crate) fn package_of(&self, file: &Path) -> Option<&Path> {
        let package = file.ancestors().skip(1).find(|folder| folder.join("Cargo.toml").is_file())?;
        let own = self.packages.iter().find(|own| *own == package)?;
        (!file.starts_with(&self.target)).then_some(own)
    }

    /// Checks it. What cargo has to say beside the compiler's messages goes to the standard error at once.
    pub(crate) fn check(&self, arguments: &[OsString]) -> Result<Checked, Failure> {
        if value_of(arguments, "--message-format").is_some() {
            return Err(Failure::new(
                "`--message-format` is given to `cargo check`, whose messages are read here",
            )
            .fix("leave it out; `tenancy explain --json` prints the mistakes as JSON"));
        }
        let mut command = Command::new(cargo());
        command.args(["check", "--message-format=json"]).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(not_run)?;
        // Both streams are there: they were asked for.
        let said = child.stderr.take().map(|stream| thread::spawn(move || pass_on(stream)));
        let read = child.stdout.take().map_or_else(|| Ok(Answer::default()), |stream| self.read(stream));
        let status = child.wait().map_err(not_run)?;
        // A thread that only copies has nothing to panic of.
        let _copied = said.map(thread::JoinHandle::join);
        let read = read?;
        if !status.success() && read.checked.complaints.is_empty() {
            return Err(Failure::new(format!(
                "`cargo check` failed, and not because of the source: {status}"
            ))
            .fix("what cargo said is above"));
        }
        if !read.finished && read.checked.complaints.is_empty() {
            return Err(Failure::new("`cargo check` did not come to its end"));
        }
        Ok(read.checked)
    }

    fn read(&self, stream: impl Read) -> Result<Answer, Failure> {
        let mut read = Answer::default();
        let mut seen = BTreeSet::new();
        for message in Message::parse_stream(BufReader::new(stream)) {
            let message = message
                .map_err(|error| Failure::new("what `cargo check` prints cannot be read").because(error))?;
            match message {
                Message::CompilerMessage(message) => match message.message.level {
                    DiagnosticLevel::Warning => {
                        read.checked.warnings += usize::from(has_place(&message.message))
                    }
                    DiagnosticLevel::Error | DiagnosticLevel::Ice => {
                        let Some(complaint) = Complaint::new(self, &message) else { continue };
                        // A library is checked twice where its tests are.
                        if seen.insert(complaint.identity()) {
                            read.checked.complaints.push(complaint);
                        }
                    }
                    _ => {}
                },
                Message::BuildFinished(_) => read.finished = true,
                _ => {}
            }
        }
        Ok(read)
    }
}

#[derive(Debug, Default)]
struct Answer {
    checked: Checked,
    finished: bool,
}

/// "3 warnings emitted" has none.
fn has_place(message: &cargo_metadata::diagnostic::Diagnostic) -> bool {
    !message.spans.is_empty()
}

fn pass_on(stream: impl Read) {
    let lines = BufReader::new(stream).split(b'\n').map_while(Result::ok);
    let mut err = std::io::stderr();
    for line in lines {
        let text = String::from_utf8_lossy(&line);
        if !OURS.iter().any(|ours| text.starts_with(ours)) {
            // Nobody is there to be told of a closed stream.
            let _closed = writeln!(err, "{text}");
        }
    }
}

/// The cargo that runs us, or the one that is found.
fn cargo() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn not_run(error: impl std::error::Error + Send + Sync + 'static) -> Failure {
    Failure::new("`cargo` cannot be run").because(error).fix(
        "install Rust (https://rustup.rs), or set CARGO to the path of cargo: the source is checked by the compiler",
    )
}

/// The value of `--name value` or `--name=value`.
fn value_of<'a>(arguments: &'a [OsString], name: &str) -> Option<&'a OsStr> {
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == name {
            return Some(arguments.next().map_or(OsStr::new(""), OsString::as_os_str));
        }
        let value = argument.to_str().and_then(|text| text.strip_prefix(name)?.strip_prefix('='));
        if let Some(value) = value {
            return Some(OsStr::new(value));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_found_in_both_forms() {
        let arguments = |text: &str| text.split(' ').map(OsString::from).collect::<Vec<_>>();
        assert_eq!(
            value_of(&arguments("-p a --manifest-path b/Cargo.toml"), "--manifest-path"),
            Some(OsStr::new("b/Cargo.toml"))
        );
        assert_eq!(
            value_of(&arguments("--manifest-path=c.toml -q"), "--manifest-path"),
            Some(OsStr::new("c.toml"))
        );
        assert_eq!(value_of(&arguments("-p manifest-path"), "--manifest-path"), None);
    }
}
