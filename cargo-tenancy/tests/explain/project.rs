//! A package to check, and the command on it.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The folder of the repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// A package with the dependencies of the compile-fail cases.
pub(crate) struct Project {
    pub(crate) folder: PathBuf,
    temporary: bool,
}

impl Drop for Project {
    fn drop(&mut self) {
        if self.temporary {
            let _ = fs::remove_dir_all(&self.folder); // nobody looks at it any more
        }
    }
}

/// What the command said.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Project {
    /// In `folder`, which is begun anew, with more of the manifest.
    pub(crate) fn new(folder: PathBuf, more: &str) -> Self {
        let _ = fs::remove_dir_all(&folder); // of an earlier run
        fs::create_dir_all(folder.join("src")).unwrap();
        // Of a name of its own: cargo tells packages of one target folder apart by name, and not by the folder of their workspace.
        // Of two with one name the second is "fresh", and never checked, where the first was compiled last.
        let name = folder.file_name().unwrap().to_str().unwrap();
        fs::write(folder.join("Cargo.toml"), format!("{}\n{more}", manifest(name))).unwrap();
        fs::copy(repository().join("Cargo.lock"), folder.join("Cargo.lock")).unwrap();
        Self { folder, temporary: false }
    }

    /// In a folder of its own, outside of the repository.
    pub(crate) fn temporary(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tenancy-explain-{name}-{}", std::process::id()));
        let mut project = Self::new(folder, "");
        project.temporary = true;
        project
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let path = self.folder.join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, file: &str) -> String {
        fs::read_to_string(self.folder.join(file)).unwrap()
    }

    /// Runs git, which has to agree.
    pub(crate) fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.current_dir(&self.folder).args([
            "-c",
            "user.name=Tests",
            "-c",
            "user.email=tests@example.com",
        ]);
        let output = command.args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    /// `tenancy explain` with these arguments, and `check` for cargo.
    pub(crate) fn explain(&self, arguments: &[&str], check: &[&str]) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tenancy"));
        command.current_dir(&self.folder).arg("explain").args(arguments).arg("--").args(check);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("tests/trybuild");
        command.env("CARGO", env!("CARGO")).env("CARGO_TARGET_DIR", target).env("CARGO_INCREMENTAL", "0");
        command.env_remove("RUSTFLAGS");
        // As trybuild has them: with others, each dependency would be checked anew.
        let flags = r#"build.rustflags=["--cfg", "trybuild", "--verbose", "-A", "dead_code"]"#;
        command.args(["--offline", "--quiet", "--target", &host(), "--config", flags]);
        let output = command.output().unwrap();
        Said {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A package of its own, with the dependencies of the cases' package as cargo reads them.
fn manifest(name: &str) -> String {
    let cases = repository().join("tests/Cargo.toml");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"])
        .arg(&cases)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let of_cases = packages.iter().find(|package| package["name"] == "tenancy-tests").unwrap();
    let mut text = format!(
        "[workspace]\n[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"{}\"\n\n[dependencies]\n\
         tenancy-tests = {{ path = {:?} }}\n",
        of_cases["edition"].as_str().unwrap(),
        cases.parent().unwrap()
    );
    for dependency in of_cases["dependencies"].as_array().unwrap().iter().filter(|one| one["kind"] != "build")
    {
        let path = dependency["path"].as_str().map(|path| format!(", path = {path:?}")).unwrap_or_default();
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

fn host() -> String {
    let output = Command::new("rustc").arg("-vV").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}
