//! What holds for every snapshot of a compile error, and for every twin.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Snapshots whose first line is Diesel's: the bound that fails there is its own. They can only become fewer.
const IN_DIESELS_WORDS: [&str; 8] = [
    "T0009_two_tenants/exists",
    "T0009_two_tenants/exists_async",
    "T0017_undeclared/alias",
    "T0017_undeclared/exists",
    "T0017_undeclared/exists_async",
    "T0020_parent/itself",
    "T0020_parent/stranger",
    "T0020_parent/vector",
];

/// How many snapshots have a second error, because the compiler checks the refused statement once more where it is run.
const WITH_MORE_ERRORS: usize = 131;

/// How many are longer than 30 lines, because the compiler says how it came to ask. Both numbers can only become smaller.
const LONG: usize = 218;

fn cases() -> Vec<PathBuf> {
    let folders = fs::read_dir("tests/compile_fail").unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = folders
        .filter(|path| path.is_dir())
        .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.strip_prefix("tests/compile_fail").unwrap().display().to_string()
}

fn read(case: &Path, file: &str) -> String {
    fs::read_to_string(case.join(file)).unwrap_or_else(|error| panic!("{}/{file}: {error}", name(case)))
}

fn errors(snapshot: &str) -> impl Iterator<Item = &str> {
    snapshot.lines().filter(|line| line.starts_with("error"))
}

#[test]
fn every_case_fails_by_its_twin_and_by_a_snapshot() {
    let cases = cases();
    assert!(cases.len() >= 400, "{} cases", cases.len());
    for case in cases {
        let (fail, pass) = (read(&case, "fail.rs"), read(&case, "pass.rs"));
        assert!(errors(&read(&case, "fail.stderr")).next().is_some(), "{}", name(&case));
        let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).collect::<BTreeSet<_>>();
        let differing = lines(&fail).symmetric_difference(&lines(&pass)).count();
        assert!((1..=20).contains(&differing), "{} differs from its twin in {differing} lines", name(&case));
    }
}

#[test]
fn every_snapshot_has_its_code() {
    for case in cases() {
        let code = name(&case).split('_').next().unwrap().to_owned();
        if code.starts_with('T') {
            assert!(read(&case, "fail.stderr").contains(&code), "{} does not say {code}", name(&case));
        }
    }
}

#[test]
fn the_first_line_is_in_words() {
    let mut found = Vec::new();
    for case in cases().iter().filter(|case| name(case).starts_with('T')) {
        let snapshot = read(case, "fail.stderr");
        let first = errors(&snapshot).next().unwrap();
        if ["Unscoped", "__private", "is not satisfied"].iter().any(|word| first.contains(word)) {
            found.push(name(case));
        }
    }
    assert_eq!(found, IN_DIESELS_WORDS, "a first line that speaks of types instead of tables");
}

#[test]
fn no_error_is_an_overflow() {
    for case in cases() {
        assert!(!read(&case, "fail.stderr").contains("E0275"), "{} overflows", name(&case));
    }
}

#[test]
fn errors_become_fewer_and_shorter() {
    let snapshots: Vec<String> = cases().iter().map(|case| read(case, "fail.stderr")).collect();
    let more = snapshots.iter().filter(|snapshot| errors(snapshot).count() > 1).count();
    let long = snapshots.iter().filter(|snapshot| snapshot.lines().count() > 30).count();
    assert!(more <= WITH_MORE_ERRORS, "{more} snapshots have more than one error");
    assert!(long <= LONG, "{long} snapshots are longer than 30 lines");
}
