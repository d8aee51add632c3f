//! All files together: what one says about another decides which candidates are places.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::files::{Files, joined, parent};
use super::kind::Kind;
use super::place::Place;
use super::source::{self, Found, When};
use crate::failure::Failure;

/// Code that is nested deeply takes as much: Rust's own compiler has a stack that grows.
const STACK: usize = 256 << 20;
/// More threads than this wait for the disk.
const MOST_THREADS: usize = 8;

/// Reads `files` below `root`, and answers with their places in the order of files and lines.
pub(super) fn read(root: &Path, files: &Files) -> Result<Vec<Place>, Failure> {
    let found = read_all(root, files)?;
    let project = Project::new(files, &found);
    let mut places: Vec<Place> = Vec::new();
    for (file, read) in &found {
        let is_test = project.tests.contains(file.as_str());
        for candidate in &read.candidates {
            if project.is_place(file, &candidate.when) {
                let mut place = candidate.place.clone();
                place.in_test |= is_test;
                // What the proof leaves out is in tests, and counts.
                place.in_test &= place.key.kind != Kind::ProofException;
                places.push(place);
            }
        }
    }
    places.sort_by(|a, b| {
        (&a.key.file, a.line, a.column, &a.key).cmp(&(&b.key.file, b.line, b.column, &b.key))
    });
    Ok(places)
}

/// Reads the files on as many threads as the machine has processors.
fn read_all(root: &Path, files: &Files) -> Result<BTreeMap<String, Found>, Failure> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MOST_THREADS)
        .min(files.sources.len().max(1));
    let work = || {
        while let Some(file) = files.sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            let result = read_one(root, file, files);
            results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((file.clone(), result));
        }
    };
    std::thread::scope(|scope| {
        (0..threads)
            .map(|_| std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work))
            .collect::<Result<Vec<_>, _>>()
            .map(drop)
    })
    .map_err(|error| Failure::new("no thread can be started to read the files").because(error))?;
    let mut found = BTreeMap::new();
    let mut unread = BTreeMap::new();
    for (file, result) in results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
        match result {
            Ok(read) => _ = found.insert(file, read),
            Err(why) => _ = unread.insert(file, why),
        }
    }
    if unread.is_empty() {
        return Ok(found);
    }
    let list: Vec<String> = unread.into_values().map(|why| format!("\n  {why}")).collect();
    Err(Failure::new(format!("not every file can be read as Rust:{}", list.concat())).fix(
        "mend it, or, if it is none of the application's, name it in the inventory's `exclude`: exclude = [\"templates/**\"]",
    ))
}

fn read_one(root: &Path, file: &str, files: &Files) -> Result<Found, String> {
    let bytes = std::fs::read(root.join(file)).map_err(|error| format!("{file}: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line = error.as_bytes()[..error.utf8_error().valid_up_to()].split(|byte| *byte == b'\n').count();
        format!("{file}:{line}: the line is not UTF-8")
    })?;
    source::read(file, &text, &files.renamed(file))
        .map_err(|error| format!("{file}:{}:{}: {}", error.line, error.column, error.message))
}

struct Project<'a> {
    files: &'a Files,
    found: &'a BTreeMap<String, Found>,
    tenant_columns: BTreeSet<&'a str>,
    /// Files that only tests compile.
    tests: BTreeSet<&'a str>,
    /// Files that `schema!` includes, and nothing else makes a part of a crate.
    of_schemas: BTreeSet<String>,
}

impl<'a> Project<'a> {
    fn new(files: &'a Files, found: &'a BTreeMap<String, Found>) -> Self {
        // A tenant's own table says `id`, which is another thing in every other one.
        let named = found.values().flat_map(|read| &read.tenant_columns).filter(|column| *column != "id");
        let tenant_columns = named.map(String::as_str).chain(["tenant_id"]).collect();
        let mut project =
            Self { files, found, tenant_columns, tests: BTreeSet::new(), of_schemas: BTreeSet::new() };
        project.tests = project.tests();
        let parts: BTreeSet<&str> =
            project.parts(found.keys().map(String::as_str), |_| true).into_iter().collect();
        project.of_schemas = (found.iter())
            .flat_map(|(file, read)| read.schemas.iter().map(|schema| project.schema(file, schema)))
            .filter(|schema| !parts.contains(schema.as_str()))
            .collect();
        project
    }

    /// The file that one of the references of `file` leads to.
    fn part(&self, file: &str, references: &[source::Reference]) -> Option<&'a str> {
        references.iter().find_map(|reference| {
            let path = joined(parent(file), reference);
            self.found.get_key_value(&path).map(|(file, _)| file.as_str())
        })
    }

    /// The file that `schema!` includes: its path is from the folder of the manifest.
    fn schema(&self, file: &str, include: &str) -> String {
        joined(self.files.package(file).unwrap_or_default(), include)
    }

    /// What cargo takes for tests and benches, and modules that are declared under `cfg(test)`, with their own modules. What is released,
    /// or a part of what is, is no test's, wherever it is.
    fn tests(&self) -> BTreeSet<&'a str> {
        let is_test = |file: &&str| self.files.is_test(file) || self.found[*file].is_test;
        let mut tests: BTreeSet<&str> = self.found.keys().map(String::as_str).filter(is_test).collect();
        tests.extend(self.parts(self.found.keys().map(String::as_str), |part| part.in_test));
        let mut to_follow: VecDeque<&str> = tests.iter().copied().collect();
        while let Some(file) = to_follow.pop_front() {
            for target in self.parts([file], |_| true) {
                if !self.files.is_released(target) && tests.insert(target) {
                    to_follow.push_back(target);
                }
            }
        }
        let mut to_follow: VecDeque<&str> =
            self.found.keys().map(String::as_str).filter(|file| !tests.contains(file)).collect();
        while let Some(file) = to_follow.pop_front() {
            for target in self.parts([file], |part| !part.in_test) {
                if tests.remove(target) {
                    to_follow.push_back(target);
                }
            }
        }
        tests
    }

    /// The files that are parts of `files`, by those that `counts`.
    fn parts(
        &self,
        files: impl IntoIterator<Item = &'a str>,
        counts: impl Fn(&source::Part) -> bool,
    ) -> Vec<&'a str> {
        let of = |file: &'a str| self.found[file].parts.iter().map(move |part| (file, part));
        let counted = files.into_iter().flat_map(of).filter(|(_, part)| counts(part));
        counted.filter_map(|(file, part)| self.part(file, &part.candidates)).collect()
    }

    fn is_place(&self, file: &str, when: &When) -> bool {
        let is_tenant_column = |column: &String| self.tenant_columns.contains(column.as_str());
        match when {
            When::Always => true,
            When::TenantColumn(columns) => columns.iter().any(is_tenant_column),
            When::SchemaTable { include, table } => {
                let tables = self.found.get(&self.schema(file, include)).map(|read| read.tables.as_slice());
                tables
                    .unwrap_or_default()
                    .iter()
                    .any(|declared| declared.name == *table && declared.columns.iter().any(is_tenant_column))
            }
            When::NotOfSchema => !self.of_schemas.contains(file),
            When::Unread(references) => {
                let excluded = references
                    .iter()
                    .any(|reference| self.files.excluded.contains(&joined(parent(file), reference)));
                !excluded && self.part(file, references).is_none()
            }
        }
    }
}
