//! Every compile-fail case of the repository: one mistake, one line.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::project::{Project, repository};

/// Cases with more lines than one, and how many. Only to be made shorter.
const EXCEPTIONS: [(&str, usize); 1] = [
    // A trait implemented by hand, and, in another function, a call that wants it.
    ("rustc_sealed/scope", 2),
];

/// What nobody wants to read in a line.
const NOT_FOR_READERS: [&str; 12] = [
    "SelectStatement",
    "InsertStatement",
    "UpdateStatement",
    "DeleteStatement",
    "FromClause",
    "WhereClause",
    "ValuesClause",
    "QueryFragment",
    "ScopedTable<",
    "__private",
    "tenancy_tests::schema",
    "...",
];

/// The longest line.
const WIDTH: usize = 200;

/// The first of each kind; all of them take minutes.
#[test]
fn one_mistake_is_one_short_line_with_its_code_in_a_case_of_each_kind() {
    let mut kinds = BTreeSet::new();
    let mut cases = cases();
    cases.retain(|name, _| kinds.insert(name.split('/').next().unwrap_or_default().to_owned()));
    assert!(cases.len() > 30, "the cases are found");
    are_explained(&cases);
}

#[test]
#[ignore = "minutes: `cargo xtask check explained`"]
fn one_mistake_is_one_short_line_with_its_code_in_every_compile_fail_case() {
    let cases = cases();
    assert!(cases.len() > 400, "the cases are found");
    are_explained(&cases);
}

fn are_explained(cases: &BTreeMap<String, String>) {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let programs: String = cases
        .keys()
        .map(|name| {
            format!(
                "[[bin]]\nname = {:?}\npath = \"tests/compile_fail/{name}/fail.rs\"\n",
                name.replace('/', "__")
            )
        })
        .collect();
    let project = Project::new(target.join("tests/trybuild/tenancy-explained"), &programs);
    copy_sources(&repository().join("tests/tests/compile_fail"), &project.folder.join("tests/compile_fail"));

    let said = project.explain(&["--color=never"], &["--keep-going", "--bins"]);
    assert_eq!(said.code, Some(1), "{}", said.err);

    let mut lines: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for line in said.out.lines() {
        match case_of(line) {
            Some(case) => lines.entry(case).or_default().push(line),
            None => wrong.push(format!("of no case: {line}")),
        }
    }
    let exceptions: BTreeMap<&str, usize> = EXCEPTIONS.into();
    for (name, snapshot) in cases {
        let found = lines.remove(name).unwrap_or_default();
        if found.len() != exceptions.get(name.as_str()).copied().unwrap_or(1) {
            wrong.push(format!("{name}: {} lines\n  {}", found.len(), found.join("\n  ")));
        }
        // The first code is the mistake's, or the folder's; others of the snapshot follow from it.
        let codes = codes_in(snapshot);
        let folder = name.split('_').next().unwrap_or_default();
        let expected: Vec<&String> = codes
            .iter()
            .enumerate()
            .filter(|(index, code)| *index == 0 || *code == folder)
            .map(|(_, code)| code)
            .collect();
        for line in found {
            let code = line.split_whitespace().nth(1).unwrap_or_default();
            if !expected.is_empty() && !expected.iter().any(|expected| *expected == code) {
                wrong.push(format!("{name}: not one of {expected:?}: {line}"));
            }
            if line.chars().count() > WIDTH {
                wrong.push(format!("{name}: too long: {line}"));
            }
            if let Some(word) = NOT_FOR_READERS.iter().find(|word| line.contains(**word)) {
                wrong.push(format!("{name}: {word}: {line}"));
            }
            if code.starts_with('T') && !line.contains(" — ") {
                wrong.push(format!("{name}: no fix: {line}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The names of the cases, and their snapshots.
fn cases() -> BTreeMap<String, String> {
    let mut cases = BTreeMap::new();
    for folder in folders(&repository().join("tests/tests/compile_fail")) {
        for case in folders(&folder) {
            let name = format!("{}/{}", name_of(&folder), name_of(&case));
            cases.insert(name, fs::read_to_string(case.join("fail.stderr")).unwrap());
        }
    }
    cases
}

/// The sources of the cases, and what `schema!` includes of them.
fn copy_sources(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_sources(&path, &to);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            fs::copy(&path, &to).unwrap();
        }
    }
}

/// The case whose file a line is about.
fn case_of(line: &str) -> Option<String> {
    let (place, _) = line.split_once(' ')?;
    let mut parts = place.strip_prefix("tests/compile_fail/")?.split('/');
    Some(format!("{}/{}", parts.next()?, parts.next()?))
}

fn codes_in(snapshot: &str) -> Vec<String> {
    let pages = snapshot.split("errors/index.html#t").skip(1);
    pages.filter_map(|rest| Some(format!("T{}", rest.get(..4)?))).collect()
}

fn folders(path: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}
