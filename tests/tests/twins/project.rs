//! A package for the programs, beside the one that trybuild writes for the cases: the same dependencies with the same
//! features, flags and target folder, so that none of them is checked a second time.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What lets cases be what they show: they import what their other halves need, and nothing runs them.
const ATTRIBUTES: &str = "#![allow(warnings, clippy::all)]\n";

pub(crate) struct Project {
    pub(crate) directory: PathBuf,
    target: PathBuf,
}

/// An error of the compiler.
pub(crate) struct Complaint {
    /// The program that it is in.
    pub(crate) program: String,
    /// Its first line, as trybuild's snapshots have it.
    headline: String,
    /// All of it.
    pub(crate) rendered: String,
    /// The files that it points at.
    files: Vec<PathBuf>,
}

impl Complaint {
    /// Its first line, as that of the case, which is no module and no part of a future.
    pub(crate) fn headline_without(&self, module: &str) -> String {
        let headline = self.headline.replace(&format!("{module}::"), "");
        let mut parts = headline.split("::{closure#0}::");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            // What stands before it is the function.
            text.truncate(
                text.trim_end_matches(|letter: char| letter == '_' || letter.is_alphanumeric()).len(),
            );
            text += part;
        }
        text
    }

    /// The module of the derived half that it is about.
    pub(crate) fn module(&self) -> Option<String> {
        let half =
            self.files.iter().find(|file| file.parent().is_some_and(|folder| folder.ends_with("fail")))?;
        Some(half.file_stem()?.to_str()?.to_owned())
    }
}

impl Project {
    pub(crate) fn new(target: &Path) -> Self {
        let target = target.join("tests/trybuild");
        let project = Self { directory: target.join("tenancy-twins"), target };
        let _ = fs::remove_dir_all(project.directory.join("src"));
        fs::create_dir_all(project.directory.join("src/bin")).unwrap();
        fs::write(project.directory.join("Cargo.toml"), manifest()).unwrap();
        fs::copy("../Cargo.lock", project.directory.join("Cargo.lock")).unwrap();
        project
    }

    /// A program of these modules.
    pub(crate) fn write_program(&self, name: &str, modules: Vec<(String, PathBuf)>) {
        let mut text = String::from(ATTRIBUTES);
        for (module, path) in modules {
            writeln!(text, "#[path = {path:?}]\nmod {module};").unwrap();
        }
        text += "fn main() {}\n";
        fs::write(self.directory.join(format!("src/bin/{name}.rs")), text).unwrap();
    }

    /// What the compiler has against the programs, and the names of those that it has nothing against.
    pub(crate) fn check(&self) -> (Vec<Complaint>, BTreeSet<String>) {
        let mut command = Command::new(env!("CARGO"));
        command.current_dir(&self.directory);
        command.args(["check", "--offline", "--quiet", "--keep-going", "--bins", "--message-format=json"]);
        command.env("CARGO_TARGET_DIR", &self.target).env("CARGO_INCREMENTAL", "0").env_remove("RUSTFLAGS");
        // As trybuild has them: with others, each dependency would be checked anew.
        let flags = r#"["--cfg", "trybuild", "--verbose", "-A", "dead_code"]"#;
        command.args(["--target", &host(), "--config"]).arg(format!("build.rustflags={flags}"));
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let messages: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        // The last message says that cargo came to its end; without it the programs were not looked at.
        assert!(
            messages.iter().any(|message| message["reason"] == "build-finished"),
            "cargo did not check the twins: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        let compiled = messages.iter().filter(|message| message["reason"] == "compiler-artifact");
        let compiled = compiled.filter_map(|message| message["target"]["name"].as_str().map(str::to_owned));
        (messages.iter().filter_map(complaint).collect(), compiled.collect())
    }
}

/// The error in one of cargo's messages. "Aborting due to …" has no place, and is none of its own.
fn complaint(message: &Value) -> Option<Complaint> {
    let error = &message["message"];
    if message["reason"] != "compiler-message" || !error["level"].as_str()?.starts_with("error") {
        return None;
    }
    let mut files = Vec::new();
    places(error, &mut files);
    let (text, rendered) = (error["message"].as_str()?, error["rendered"].as_str()?);
    if files.is_empty() && text.starts_with("aborting due to") {
        return None;
    }
    let code = error["code"]["code"].as_str().map(|code| format!("[{code}]")).unwrap_or_default();
    Some(Complaint {
        program: message["target"]["name"].as_str()?.to_owned(),
        headline: format!("error{code}: {text}").lines().next()?.to_owned(),
        rendered: rendered.to_owned(),
        files,
    })
}

/// The files of the places of an error, and of those that a macro's expansion came from.
fn places(error: &Value, files: &mut Vec<PathBuf>) {
    for span in error["spans"].as_array().into_iter().flatten() {
        let mut span = span;
        while let Some(file) = span["file_name"].as_str() {
            files.push(PathBuf::from(file));
            span = &span["expansion"]["span"];
        }
    }
    error["children"].as_array().into_iter().flatten().for_each(|child| places(child, files));
}

/// The dependencies of this package, as cargo reads them.
fn manifest() -> String {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let own = packages.iter().find(|package| package["name"] == env!("CARGO_PKG_NAME")).unwrap();
    let mut text = format!(
        "[workspace]\n[package]\nname = \"tenancy-twins\"\nversion = \"0.0.0\"\nedition = \"{}\"\n\n\
         [dependencies]\n{} = {{ path = {:?} }}\n",
        own["edition"].as_str().unwrap(),
        env!("CARGO_PKG_NAME"),
        env!("CARGO_MANIFEST_DIR")
    );
    for dependency in own["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"] != "build") {
        let path = match dependency["path"].as_str() {
            Some(path) => format!(", path = {path:?}"),
            None => String::new(),
        };
        writeln!(
            text,
            "{} = {{ version = {}, default-features = {}, features = {}{path} }}",
            dependency["name"].as_str().unwrap(),
            dependency["req"],
            dependency["uses_default_features"],
            dependency["features"],
        )
        .unwrap();
    }
    text
}

/// The target that rustc compiles for.
fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}
