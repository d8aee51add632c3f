//! What is released, packaged.
//!
//! Cargo would verify it by compiling each package once more, with its default features, which are fewer than those
//! that were just compiled. What a package can lack and the workspace not is a file: one that cargo leaves out, or one
//! outside the package's folder. So we look at the files, of every feature.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::Failure;
use crate::shell::{cargo, output, run as shown};
use crate::workspace::{self, Package, entries, read};

pub(super) fn run() -> Result<(), Failure> {
    let packages = workspace::published()?;
    // Together, because none is on the registry as it is here: each is resolved with the others as packaged.
    let mut command = cargo(&["package", "--no-verify", "--allow-dirty", "--quiet"]);
    for package in &packages {
        command.args(["--package", &package.name]);
    }
    shown(&mut command)?;
    let missing: Vec<String> =
        packages.iter().map(missing).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
    if missing.is_empty() { Ok(()) } else { Err(missing.join("\n")) }
}

/// What the sources of a package name and the package has not.
fn missing(package: &Package) -> Result<Vec<String>, Failure> {
    let mut list = cargo(&["package", "--list", "--allow-dirty", "--package", &package.name]);
    let packaged: BTreeSet<PathBuf> = output(&mut list)?.lines().map(PathBuf::from).collect();
    let mut missing = Vec::new();
    let mut seen = 0;
    for source in sources(&package.folder.join("src"))? {
        let own = source.strip_prefix(&package.folder).unwrap_or(&source).to_owned();
        let included = included(&read(&source)?).into_iter().map(|file| (beside(&own, &file), file));
        let all = std::iter::once((Some(own.clone()), "itself".to_owned())).chain(included);
        for (path, named) in all {
            seen += 1;
            if !path.is_some_and(|path| packaged.contains(&path)) {
                missing.push(format!("{} {}: {named} is not in the package", package.name, own.display()));
            }
        }
    }
    eprintln!("{} {}: {} files, {seen} looked for", package.name, package.version, packaged.len());
    Ok(missing)
}

fn sources(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The files that a source includes by a literal: `include!`, `include_str!`, `include_bytes!`, `#[path = …]`.
fn included(text: &str) -> Vec<String> {
    let literal = |rest: &str| rest.trim_start().strip_prefix('"')?.split('"').next().map(str::to_owned);
    let mut found = Vec::new();
    for opening in ["include!(", "include_str!(", "include_bytes!(", "#[path ="] {
        found.extend(text.split(opening).skip(1).filter_map(literal));
    }
    found
}

/// `file` as seen from the package's folder; `None` if it is outside.
fn beside(source: &Path, file: &str) -> Option<PathBuf> {
    let mut path = source.parent()?.to_owned();
    for part in Path::new(file).components() {
        match part {
            Component::ParentDir => {
                if !path.pop() {
                    return None;
                }
            }
            Component::CurDir => {}
            Component::Normal(name) => path.push(name),
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn included_files_are_seen_from_the_package() {
        let text = "const UP: &str = include_str!(\"up.sql\");\n#![doc = include_str!( \"../README.md\")]\ninclude!(concat!(1))";
        assert_eq!(included(text), ["up.sql", "../README.md"]);
        let source = Path::new("src/a/mod.rs");
        assert_eq!(beside(source, "up.sql"), Some("src/a/up.sql".into()));
        assert_eq!(beside(source, "../../README.md"), Some("README.md".into()));
        assert_eq!(beside(source, "../../../README.md"), None);
    }
}
