//! The table of real leaks names the folders of the cases that stop them, and the cases name the leaks.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

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
