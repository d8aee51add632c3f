//! A new compile-fail case.

use std::fs;
use std::path::PathBuf;

use crate::Failure;
use crate::workspace::{self, entries, name_of, read};

/// What must not compile; the twin has the fix in its place.
const BODY: &str = "\
use diesel::prelude::*;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::agents;

fn list(scope: &Scoped<i32>, connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    STATEMENT
}

fn main() {}
";

const WRONG: &str = "agents::table.select(agents::name).load(connection)";
const FIXED: &str = "agents::table.scoped(scope).select(agents::name).load(connection)";

/// Where the cases are.
pub(crate) fn cases() -> PathBuf {
    workspace::root().join("tests/tests/compile_fail")
}

pub(crate) fn run(name: &str) -> Result<(), Failure> {
    let (folder, case) = name.split_once('/').filter(|(_, case)| is_a_name(case)).ok_or_else(|| {
        format!("`{name}` names no case: write FOLDER/NAME, as in T0001_read/count, in letters that a module may have")
    })?;
    check_folder(folder)?;
    let path = cases().join(folder).join(case);
    if path.exists() {
        return Err(format!("the case {name} is there already: {}", path.display()));
    }
    fs::create_dir_all(&path).map_err(|error| format!("{} cannot be made: {error}", path.display()))?;
    for (file, statement) in [("fail.rs", WRONG), ("pass.rs", FIXED)] {
        let (path, text) = (path.join(file), BODY.replace("STATEMENT", statement));
        fs::write(&path, text).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        println!("{}", path.display());
    }
    println!("{}", next(name));
    Ok(())
}

fn is_a_name(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

/// A folder is one that is there, one of a code that errors.md has, or `rustc_…`.
fn check_folder(folder: &str) -> Result<(), Failure> {
    let code = folder.split('_').next().unwrap_or_default();
    let of_the_code = |path: &PathBuf| path.is_dir() && name_of(path).starts_with(&format!("{code}_"));
    if code == "rustc" && folder.len() > "rustc_".len() || cases().join(folder).is_dir() {
        return Ok(());
    }
    if let Some(other) = entries(&cases())?.iter().find(|path| of_the_code(path)) {
        return Err(format!("the cases of {code} are in the folder {}", name_of(other)));
    }
    let pages = workspace::published()?.into_iter().map(|package| package.folder.join("docs/errors.md"));
    for page in pages.filter(|page| page.exists()) {
        if read(&page)?.lines().any(|line| line.strip_prefix("## ") == Some(code)) {
            return Ok(());
        }
    }
    Err(format!(
        "no errors.md has a section `## {code}`: write it first, or take a folder `rustc_…` for what rustc or Diesel \
         words by itself"
    ))
}

/// What is left to do.
fn next(name: &str) -> String {
    let folder = name.split('/').next().unwrap_or_default();
    format!(
        "\
1. Write the mistake in fail.rs, and the same with its fix in pass.rs: they differ by nothing else.
2. If it is a leak of leaks.md, name it in the first line of fail.rs (`// L12`), and `{folder}` in its row;
   `cargo xtask leaks L12` shows them.
3. cargo xtask bless {name}
   writes fail.stderr: one error, in at most 30 lines, whose first line names the table and the mistake. More than that
   needs a line in exceptions.txt.
4. cargo xtask test -- --test compile_fail --test twins --test leaks --test error_codes
   The twin is compiled, and the case is played on an asynchronous connection of the other database as well."
    )
}
