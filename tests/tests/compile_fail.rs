//! What must not compile, and what the compiler says of it.
//!
//! `compile_fail/` has a folder for each code of an error, and `rustc_…` for mistakes that rustc or Diesel words by
//! itself. In it is a folder for each mistake: `fail.rs`; its snapshot, `fail.stderr`; and its twin `pass.rs`, which
//! differs only by the fix and compiles (`twins`). The
//! first line names the entries of the leak corpus that the case stops. `cargo xtask case` begins a new one.
//!
//! The snapshots are those of the rustc in `rust-toolchain.toml`. After a change of a message, or with another rustc,
//! `cargo xtask bless` writes them anew; read the difference.
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use tenancy_tests::corpus::{CASES, Case, cases, copy_schemas, name_of};

/// How many errors and lines a snapshot may have that is not among the exceptions.
const BUDGET: Size = Size { errors: 1, lines: 30 };

/// How many lines of a twin may be others.
const FIX: usize = 14;

/// What no first line may have: our hidden names, and those of Diesel's types.
const NOT_FOR_READERS: [&str; 6] =
    ["Unscoped", "__private", "sealed", "FromClause", "the trait bound", "type mismatch"];

/// Folders whose first line is about something else than a table or a model.
const NO_TABLE: [&str; 14] = [
    "T0005_mysql_upsert",   // a backend
    "T0009_two_tenants",    // two brands
    "T0013_backend",        // a backend
    "T0021_batch",          // a backend
    "T0022_bulk",           // a value, underlined
    "T0023_owners",         // the ids of two kinds
    "T0301_statement",      // a statement, underlined
    "T0302_another_tenant", // two tenants
    "T0103_syntax",         // an option, underlined
    "T0104_twice",          // an option, underlined
    "T0014_change",         // whatever was given, underlined
    "T0110_unknown_global", // a name in a list
    "T0111_joins",          // an entry of a list, underlined
    "T0204_model_options",  // an option, underlined
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    errors: usize,
    lines: usize,
}

fn size(case: &Case) -> Size {
    Size { errors: case.headlines().len(), lines: case.read("fail.stderr").lines().count() }
}

#[test]
fn nothing_unscoped_compiles() {
    // `schema!` reads files from the folder of the crate, and trybuild makes a crate of its own.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    copy_schemas(&target.join("tests/trybuild/tenancy-tests"));
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*/*/fail.rs");
}

#[test]
fn each_case_is_whole_and_its_twin_differs_only_by_the_fix() {
    let mut wrong = Vec::new();
    for case in cases() {
        let files: BTreeSet<String> =
            fs::read_dir(&case.path).unwrap().map(|file| name_of(&file.unwrap().path())).collect();
        let mut expected: BTreeSet<String> = ["fail.rs", "fail.stderr", "pass.rs"].map(str::to_owned).into();
        if files.contains("wrong.rs") {
            expected.extend(["right.rs", "wrong.rs"].map(str::to_owned)); // what `schema!` includes
        }
        if files != expected {
            wrong.push(format!("{}: has {files:?}, not {expected:?}", case.name));
            continue;
        }
        let (removed, added) = difference(&case.read("fail.rs"), &case.read("pass.rs"));
        if removed.max(added) > FIX || removed.max(added) == 0 {
            wrong.push(format!("{}: the twin has {removed} lines less and {added} more", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How many lines of `one` are not in `other`, and the other way round, both in order.
fn difference(one: &str, other: &str) -> (usize, usize) {
    let (one, other): (Vec<_>, Vec<_>) = (one.lines().collect(), other.lines().collect());
    let mut common = vec![vec![0; other.len() + 1]; one.len() + 1];
    for (i, line) in one.iter().enumerate() {
        for (j, other_line) in other.iter().enumerate() {
            common[i + 1][j + 1] =
                if line == other_line { common[i][j] + 1 } else { common[i][j + 1].max(common[i + 1][j]) };
        }
    }
    let common = common[one.len()][other.len()];
    (one.len() - common, other.len() - common)
}

#[test]
fn each_error_says_in_its_first_line_what_is_wrong_and_has_its_code() {
    let mut wrong = Vec::new();
    let mut excepted: BTreeSet<&str> = FIRST_LINE_OF_DIESEL.into_iter().collect();
    for case in cases() {
        let Some(code) = case.code() else { continue };
        let headline = case.headlines().into_iter().next().unwrap_or_default();
        let snapshot = case.read("fail.stderr");
        if !snapshot.contains(&format!("errors/index.html#{}", code.to_lowercase())) {
            wrong.push(format!("{}: {code} is not named", case.name));
        }
        let bad = NOT_FOR_READERS.iter().any(|word| headline.contains(word))
            || !(NO_TABLE.contains(&case.folder.as_str()) || names_a_table(&headline));
        if bad != excepted.remove(case.name.as_str()) {
            wrong.push(format!("{}: {headline}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(excepted.is_empty(), "no such cases: {excepted:?}");
}

/// The tables and the models of the cases.
fn names_a_table(headline: &str) -> bool {
    [
        "agents", "canvases", "plans", "logs", "teams", "boards", "notes", "people", "presets", "keys", "`table`", "Agent",
        "Canvas", "Drawing", "Robot",
    ]
    .iter()
        .any(|name| headline.contains(name))
        // The reason of an empty `reason = ""` is underlined.
        || headline == "error: the reason is empty"
        || headline.contains("is not on a table")
        || headline.contains("not a table declaration")
}

/// Cases whose first line is Diesel's, or has the type of a whole select in it. Only to be made shorter.
const FIRST_LINE_OF_DIESEL: [&str; 3] =
    ["T0009_two_tenants/exists", "T0017_undeclared/alias", "T0017_undeclared/exists"];

#[test]
fn no_snapshot_overflows() {
    let overflowing: Vec<_> = cases()
        .into_iter()
        .filter(|case| case.read("fail.stderr").contains("E0275"))
        .map(|case| case.name)
        .collect();
    assert!(overflowing.is_empty(), "the compiler gave up: {overflowing:?}");
}

/// `compile_fail/exceptions.txt` lists what exceeds the budget, and by how much. It may only shrink.
#[test]
fn one_mistake_is_one_short_error() {
    let text = fs::read_to_string(Path::new(CASES).join("exceptions.txt")).unwrap();
    let mut exceptions: BTreeMap<&str, Size> = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let fields: Vec<_> = line.split_whitespace().collect();
        let [name, errors, lines] = fields[..] else { panic!("not an exception: {line}") };
        let size = Size { errors: errors.parse().unwrap(), lines: lines.parse().unwrap() };
        assert!(exceptions.insert(name, size).is_none(), "{name} is listed twice");
    }
    let mut wrong = Vec::new();
    for case in cases() {
        let size = size(&case);
        let budget = exceptions.remove(case.name.as_str());
        let allowed = budget.unwrap_or(BUDGET);
        if size.errors > allowed.errors || size.lines > allowed.lines.max(BUDGET.lines) {
            wrong.push(format!("{} {} {}  # more than {allowed:?}", case.name, size.errors, size.lines));
        } else if budget.is_some() && size.errors <= BUDGET.errors && size.lines <= BUDGET.lines {
            wrong.push(format!("{}  # needs no exception any more", case.name));
        } else if budget.is_some_and(|budget| size.errors < budget.errors) {
            wrong.push(format!("{} {} {}  # fewer errors than listed", case.name, size.errors, size.lines));
        }
    }
    wrong.extend(exceptions.keys().map(|name| format!("{name}  # no such case")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
