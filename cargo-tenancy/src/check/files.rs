//! The files that are read: Rust's, below the root, that `.gitignore` does not leave out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;
use ignore::gitignore::GitignoreBuilder;

use crate::failure::Failure;

/// What is below the root, by paths from it with `/`.
pub(super) struct Files {
    /// Rust's files that are read.
    pub(super) sources: Vec<String>,
    /// Those that the inventory leaves out.
    pub(super) excluded: BTreeSet<String>,
    /// By the folder of its manifest.
    packages: BTreeMap<String, Package>,
}

#[derive(Default)]
struct Package {
    /// Crates under other names, by these.
    renamed: HashMap<String, String>,
    /// The files that the manifest names for what is released, wherever they are.
    targets: Vec<String>,
    /// Those that it names for tests and benches.
    tests: Vec<String>,
}

impl Files {
    /// Looks for them. A personal ignore file does not count: what is read is the same for everybody.
    pub(super) fn below(root: &Path, exclude: &[String]) -> Result<Self, Failure> {
        let mut excluded = GitignoreBuilder::new(root);
        for glob in exclude {
            excluded.add_line(None, glob).map_err(|error| {
                Failure::new(format!("the inventory's `exclude` has a pattern that is none: {glob}"))
                    .because(error)
                    .fix("write it as in .gitignore, from the root: \"templates/**\"")
            })?;
        }
        let excluded = excluded
            .build()
            .map_err(|error| Failure::new("the inventory's `exclude` cannot be used").because(error))?;
        let mut files = Self { sources: Vec::new(), excluded: BTreeSet::new(), packages: BTreeMap::new() };
        let walk = WalkBuilder::new(root)
            .git_global(false)
            .git_exclude(false)
            .ignore(false)
            .require_git(false)
            .sort_by_file_path(Path::cmp)
            .build();
        for entry in walk {
            let entry = entry.map_err(|error| {
                Failure::new(format!("the files below {} cannot be listed", root.display())).because(error)
            })?;
            // A link is followed by nobody: what it leads to is read where it is, or is a place.
            if !entry.file_type().is_some_and(|kind| kind.is_file()) {
                continue;
            }
            let path = entry.path();
            let Some(name) = relative(root, path) else { continue };
            if path.extension().is_some_and(|extension| extension == "rs") {
                if excluded.matched_path_or_any_parents(&name, false).is_ignore() {
                    files.excluded.insert(name);
                } else {
                    files.sources.push(name);
                }
            } else if path.file_name().is_some_and(|name| name == "Cargo.toml") {
                files.packages.insert(parent(&name).to_owned(), Package::read(path));
            }
        }
        Ok(files)
    }

    /// Crates under other names, for the file `file`: its package's, and where that says nothing, the workspace's.
    pub(super) fn renamed(&self, file: &str) -> HashMap<String, String> {
        let mut renamed = HashMap::new();
        for folder in folders(file) {
            for (alias, name) in self.packages.get(folder).iter().flat_map(|package| &package.renamed) {
                renamed.entry(alias.clone()).or_insert_with(|| name.clone());
            }
        }
        renamed
    }

    /// The folder of the package that `file` is in.
    pub(super) fn package(&self, file: &str) -> Option<&str> {
        folders(file)
            .find_map(|folder| self.packages.get_key_value(folder))
            .map(|(folder, _)| folder.as_str())
    }

    /// Whether cargo takes `file` for a test or a bench, by where it is or by the manifest, and for nothing else.
    pub(super) fn is_test(&self, file: &str) -> bool {
        let Some((package, within)) = self.within_package(file) else { return false };
        let by_place = within.starts_with("tests/") || within.starts_with("benches/");
        (by_place || package.tests.iter().any(|test| test == within)) && !self.is_released(file)
    }

    /// Whether cargo begins a crate that is no test at `file`.
    pub(super) fn is_released(&self, file: &str) -> bool {
        let Some((package, within)) = self.within_package(file) else { return false };
        matches!(within, "src/lib.rs" | "src/main.rs" | "build.rs")
            || within.starts_with("src/bin/")
            || within.starts_with("examples/")
            || package.targets.iter().any(|target| target == within)
    }

    /// The package of `file`, and where in it that is.
    fn within_package<'f>(&self, file: &'f str) -> Option<(&Package, &'f str)> {
        let folder = self.package(file)?;
        Some((self.packages.get(folder)?, file.strip_prefix(folder)?.trim_start_matches('/')))
    }
}

impl Package {
    /// One that cargo cannot read has no packages, and no files of its own.
    fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let manifest: toml::Table = text.parse().unwrap_or_default();
        let mut package = Self::default();
        let table = |value: &toml::Value| value.as_table().cloned().unwrap_or_default();
        let mut tables = vec![manifest.clone()];
        tables.extend(manifest.get("workspace").map(table));
        tables
            .extend(manifest.get("target").map(table).iter().flat_map(|targets| targets.values().map(table)));
        for of in &tables {
            for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
                for (alias, dependency) in of.get(kind).map(table).unwrap_or_default() {
                    if let Some(name) = dependency.get("package").and_then(toml::Value::as_str) {
                        package.renamed.insert(alias.replace('-', "_"), name.replace('-', "_"));
                    }
                }
            }
        }
        let paths = |kind: &str| -> Vec<String> {
            let targets = match manifest.get(kind) {
                Some(toml::Value::Array(targets)) => targets.clone(),
                Some(target) => vec![target.clone()],
                None => Vec::new(),
            };
            targets.iter().filter_map(|target| target.get("path")?.as_str()).map(normal).collect()
        };
        package.targets = ["lib", "bin", "example"].into_iter().flat_map(paths).collect();
        package.tests = ["test", "bench"].into_iter().flat_map(paths).collect();
        // Cargo takes the path of the build script from the package.
        let build = manifest.get("package").and_then(|of| of.get("build")).and_then(toml::Value::as_str);
        package.targets.extend(build.map(normal));
        package
    }
}

/// `path` from `root`, with `/`.
pub(super) fn relative(root: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?.components();
    Some(parts.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// `base/reference`, without `.` and `..`; what leads out of the root keeps its `..`.
pub(super) fn joined(base: &str, reference: &str) -> String {
    // From the root of the machine: never one of those below ours.
    if Path::new(reference).is_absolute() {
        return reference.to_owned();
    }
    normal(&format!("{base}/{reference}"))
}

fn normal(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split(['/', '\\']).filter(|part| !matches!(*part, "" | ".")) {
        match parts.last() {
            Some(&last) if part == ".." && last != ".." => _ = parts.pop(),
            _ => parts.push(part),
        }
    }
    parts.join("/")
}

/// The folder that a file is in; empty for the root.
pub(super) fn parent(file: &str) -> &str {
    file.rsplit_once('/').map(|(folder, _)| folder).unwrap_or_default()
}

/// The folders around a file, the innermost first and the root last.
fn folders(file: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(parent(file)), |&folder| (!folder.is_empty()).then(|| parent(folder)))
}

/// The root, if nothing is said: the nearest folder with an inventory, or else that of the workspace or the package.
pub(super) fn root(inventory: &str) -> Result<PathBuf, Failure> {
    let here = std::env::current_dir()
        .map_err(|error| Failure::new("the current directory cannot be found").because(error))?;
    let is_workspace = |folder: &Path| {
        std::fs::read_to_string(folder.join("Cargo.toml"))
            .is_ok_and(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")))
    };
    let nearest = |is: &dyn Fn(&Path) -> bool| here.ancestors().find(|folder| is(folder)).map(Path::to_owned);
    nearest(&|folder| folder.join(inventory).is_file())
        .or_else(|| nearest(&is_workspace))
        .or_else(|| nearest(&|folder| folder.join("Cargo.toml").is_file()))
        .ok_or_else(|| {
            Failure::new(format!(
                "{} is in no Rust project: no folder above it has a Cargo.toml",
                here.display()
            ))
            .fix("go into the project's folder, or name it: `--root FOLDER`")
        })
}

#[cfg(test)]
mod tests {
    use super::{folders, joined};

    #[test]
    fn a_reference_is_followed_from_the_folder_of_its_file() {
        assert_eq!(joined("src/a", "../b/./c.rs"), "src/b/c.rs");
        assert_eq!(joined("", "c.rs"), "c.rs");
        assert_eq!(joined("src", "../../out.rs"), "../out.rs");
        assert_eq!(folders("a/b/c.rs").collect::<Vec<_>>(), ["a/b", "a", ""]);
    }
}
