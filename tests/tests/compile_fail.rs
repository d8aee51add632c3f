//! What must not compile, and what the compiler says of it.
//!
//! `compile_fail/` has a folder for each code of an error, and `rustc_…` for mistakes that rustc or Diesel words by
//! itself. In it is a folder for each mistake: `fail.rs`; its snapshot, `fail.stderr`; and its twin `pass.rs`, which
//! differs only by the fix and compiles (`twins.rs`). The
//! first line names the entries of the leak corpus that the case stops.
//!
//! The snapshots are those of rustc 1.95. After a change of a message, or with another rustc, write them anew and read
//! the difference:
//!
//! ```sh
//! TRYBUILD=overwrite cargo test -p tenancy-tests --test compile_fail
//! ```
#![allow(clippy::unwrap_used)] // a file that cannot be read is a failed test

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const CASES: &str = "tests/compile_fail";

/// How many errors and lines a snapshot may have that is not among the exceptions.
const BUDGET: Size = Size { errors: 1, lines: 30 };

/// How many lines of a twin may be others.
const FIX: usize = 14;

/// What no first line may have: our hidden names, and those of Diesel's types.
const NOT_FOR_READERS: [&str; 6] =
    ["Unscoped", "__private", "sealed", "FromClause", "the trait bound", "type mismatch"];

/// Folders whose first line is about something else than a table or a model.
const NO_TABLE: [&str; 12] = [
    "T0005_mysql_upsert",   // a backend
    "T0009_two_tenants",    // two brands
    "T0013_backend",        // a backend
    "T0021_batch",          // a backend
    "T0022_bulk",           // a value, underlined
    "T0301_statement",      // a statement, underlined
    "T0302_another_tenant", // two tenants
    "T0103_syntax",         // an option, underlined
    "T0104_twice",          // an option, underlined
    "T0014_change",         // whatever was given, underlined
    "T0110_unknown_global", // a name in a list
    "T0204_model_options",  // an option, underlined
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    errors: usize,
    lines: usize,
}

struct Case {
    /// `folder/name`
    name: String,
    folder: String,
    path: PathBuf,
}

impl Case {
    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path.join(file))
            .unwrap_or_else(|error| panic!("{}/{file}: {error}", self.name))
    }

    /// The code of the folder, if it has one.
    fn code(&self) -> Option<&str> {
        self.folder.split('_').next().filter(|code| *code != "rustc")
    }

    /// The first line of the first error.
    fn headline(&self) -> String {
        let snapshot = self.read("fail.stderr");
        snapshot.lines().find(|line| is_headline(line)).unwrap_or_default().to_owned()
    }

    fn size(&self) -> Size {
        let snapshot = self.read("fail.stderr");
        Size {
            errors: snapshot.lines().filter(|line| is_headline(line)).count(),
            lines: snapshot.lines().count(),
        }
    }
}

fn is_headline(line: &str) -> bool {
    line.starts_with("error:") || line.starts_with("error[")
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for folder in folders(Path::new(CASES)) {
        for path in folders(&folder) {
            let folder = name_of(&folder);
            cases.push(Case { name: format!("{folder}/{}", name_of(&path)), folder, path });
        }
    }
    assert!(cases.len() > 400, "the cases are found");
    cases
}

fn folders(path: &Path) -> BTreeSet<PathBuf> {
    fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

#[test]
fn nothing_unscoped_compiles() {
    // `schema!` reads files from the folder of the crate, and trybuild makes a crate of its own.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    copy_schemas(Path::new(CASES), &target.join("tests/trybuild/tenancy-tests").join(CASES));
    trybuild::TestCases::new().compile_fail("tests/compile_fail/*/*/fail.rs");
}

fn copy_schemas(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy_schemas(&path, &to);
        } else if path.extension().is_some_and(|extension| extension == "rs")
            && !["fail.rs", "pass.rs"].contains(&name_of(&path).as_str())
        {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(path, to).unwrap();
        }
    }
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
        let (headline, snapshot) = (case.headline(), case.read("fail.stderr"));
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
    ["agents", "canvases", "plans", "logs", "teams", "`table`", "Agent", "Canvas", "Drawing", "Robot"]
        .iter()
        .any(|name| headline.contains(name))
        // The reason of an empty `reason = ""` is underlined.
        || headline == "error: the reason is empty"
        || headline.contains("is not on a table")
        || headline.contains("not a table declaration")
}

/// Cases whose first line is Diesel's, or has the type of a whole select in it. Only to be made shorter.
const FIRST_LINE_OF_DIESEL: [&str; 5] = [
    "T0009_two_tenants/exists",
    "T0009_two_tenants/exists_async",
    "T0017_undeclared/alias",
    "T0017_undeclared/exists",
    "T0017_undeclared/exists_async",
];

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
        let size = case.size();
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
