//! The compile-fail cases: a folder for each code of an error, and in it a folder for each mistake.
#![allow(clippy::unwrap_used, clippy::panic)] // a file that cannot be read is a failed test

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the cases are, seen from this package's folder.
pub const CASES: &str = "tests/compile_fail";

/// A mistake, how the compiler words it, and its fix.
pub struct Case {
    /// `folder/name`
    pub name: String,
    /// The folder of its code.
    pub folder: String,
    /// Where its files are.
    pub path: PathBuf,
}

impl Case {
    /// The text of one of its files.
    ///
    /// # Panics
    ///
    /// If it has no such file.
    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file))
            .unwrap_or_else(|error| panic!("{}/{file}: {error}", self.name))
    }

    /// The code of the folder, if it has one.
    pub fn code(&self) -> Option<&str> {
        self.folder.split('_').next().filter(|code| *code != "rustc")
    }

    /// The first line of each error of the snapshot.
    pub fn headlines(&self) -> Vec<String> {
        let snapshot = self.read("fail.stderr");
        snapshot.lines().filter(|line| is_headline(line)).map(str::to_owned).collect()
    }

    /// Its name as that of a module.
    pub fn module(&self) -> String {
        self.name.replace('/', "__")
    }
}

/// Whether an error begins with this line.
fn is_headline(line: &str) -> bool {
    line.starts_with("error:") || line.starts_with("error[")
}

/// Every case, by its name.
///
/// # Panics
///
/// If they are not found.
pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in folders(Path::new(CASES)) {
        for path in folders(&folder) {
            let folder = name_of(&folder);
            cases.push(Case { name: format!("{folder}/{}", name_of(&path)), folder, path });
        }
    }
    assert!(cases.len() > 300, "the cases are found");
    cases
}

/// What `schema!` of some cases includes, from the folder of the crate: brought to another crate.
///
/// # Panics
///
/// If a file cannot be copied.
pub fn copy_schemas(to: &Path) {
    copy_included(Path::new(CASES), &to.join(CASES));
}

fn copy_included(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_included(&path, &to);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !["fail.rs", "pass.rs"].contains(&name_of(&path).as_str())
        {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(path, to).unwrap();
        }
    }
}

fn folders(path: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

/// The last part of a path.
///
/// # Panics
///
/// If it has none, or one that is not UTF-8.
pub fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
