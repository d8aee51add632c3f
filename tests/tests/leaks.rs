//! The table of real leaks names the folders of the cases that stop them, and the cases name the leaks.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Folders = BTreeMap<String, BTreeSet<String>>;

/// The ids in the first line of each case, with the folder that it is in.
fn of_the_cases() -> Folders {
    let mut found = Folders::new();
    for folder in
        fs::read_dir("tests/compile_fail").unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir())
    {
        let name = folder.file_name().into_string().unwrap();
        for case in fs::read_dir(folder.path()).unwrap() {
            let text = fs::read_to_string(case.unwrap().path().join("fail.rs")).unwrap();
            for id in ids(text.lines().next().unwrap_or_default()) {
                found.entry(id).or_default().insert(name.clone());
            }
        }
    }
    found
}

/// The folders in each row of the page.
fn of_the_page() -> Folders {
    let page = include_str!("../../tenancy-diesel/docs/leaks.md");
    page.lines()
        .filter_map(|line| line.strip_prefix("| L"))
        .map(|row| {
            let folders =
                row.split('`').skip(1).step_by(2).filter(|name| name.contains('_') || name.starts_with('T'));
            (format!("L{}", &row[..2]), folders.map(str::to_owned).collect())
        })
        .collect()
}

fn ids(line: &str) -> impl Iterator<Item = String> + '_ {
    line.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter(|word| {
            word.len() == 3 && word.starts_with('L') && word[1..].chars().all(|digit| digit.is_ascii_digit())
        })
        .map(str::to_owned)
}

#[test]
fn the_page_has_every_leak_and_names_the_folders_of_its_cases() {
    let (cases, page) = (of_the_cases(), of_the_page());
    assert_eq!(page.len(), 90, "a row for each of L01 to L90");
    let known = fs::read_dir("tests/compile_fail")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let known: BTreeSet<String> = known.collect();
    for (id, named) in page {
        let named: BTreeSet<_> = named.into_iter().filter(|name| known.contains(name)).collect();
        assert_eq!(named, cases.get(&id).cloned().unwrap_or_default(), "the folders of {id}");
    }
}

/// The suites whose functions begin with the ids of the leaks that they play.
const SUITES: [&str; 7] = ["axum", "beyond_sql", "hostile", "placement", "places", "pool", "rls"];

/// The leaks in the ids that a function's name begins with: `f17_l64_each_tenant_…` plays L64 for the feature F17.
fn leaks_of(name: &str) -> impl Iterator<Item = &str> {
    let feature = |word: &str| word.strip_prefix('f').is_some_and(|rest| is_id(&format!("l{rest}")));
    name.split('_').take_while(move |word| is_id(word) || feature(word)).filter(|word| is_id(word))
}

/// The ids that the functions of each suite begin with.
fn of_the_suites() -> Folders {
    let mut found = Folders::new();
    for suite in SUITES {
        for file in sources(Path::new("tests").join(suite)) {
            let text = fs::read_to_string(file).unwrap();
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            for id in names.flat_map(leaks_of) {
                found.entry(id.to_uppercase()).or_default().insert(suite.to_owned());
            }
        }
    }
    found
}

fn sources(folder: PathBuf) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(path) } else { vec![path] }).collect()
}

fn is_id(word: &str) -> bool {
    word.len() == 3 && word.starts_with('l') && word[1..].chars().all(|digit| digit.is_ascii_digit())
}

#[test]
fn the_page_names_the_suites_that_play_a_leak() {
    let page = include_str!("../../tenancy-diesel/docs/leaks.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| L"));
    let rows: BTreeMap<String, &str> = rows.map(|row| (format!("L{}", &row[..2]), row)).collect();
    let played = of_the_suites();
    assert!(played.len() > 30, "the functions are found");
    for (id, row) in rows {
        let stopped_by = row.rsplit(" | ").next().unwrap();
        let words: BTreeSet<&str> =
            stopped_by.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
        let named: BTreeSet<String> =
            SUITES.iter().filter(|suite| words.contains(*suite)).map(|suite| (*suite).to_owned()).collect();
        assert_eq!(named, played.get(&id).cloned().unwrap_or_default(), "the suites of {id}");
    }
}
