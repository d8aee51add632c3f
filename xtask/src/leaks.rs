//! The table of leaks, with the cases that name them.

use std::path::PathBuf;

use crate::Failure;
use crate::case::cases;
use crate::shell;
use crate::workspace::{self, entries, name_of, read};

/// What the page says where nothing stops a leak.
const REMAINS: &str = "**remains**";

struct Leak<'a> {
    id: &'a str,
    what: &'a str,
    stopped_by: &'a str,
}

pub(crate) fn run(id: Option<&str>) -> Result<(), Failure> {
    let page = read(&page()?)?;
    let leaks: Vec<Leak<'_>> = page.lines().filter_map(row).collect();
    if let Some(id) = id {
        let leak = leaks.iter().find(|leak| leak.id.eq_ignore_ascii_case(id));
        let leak = leak.ok_or_else(|| format!("leaks.md has no row `{id}`: write it as L12"))?;
        println!("{}: {}\n  {}", leak.id, leak.what, leak.stopped_by);
        for case in naming(leak.id)? {
            println!("  {case}");
        }
        return Ok(());
    }
    for leak in &leaks {
        println!("{}: {}\n     {}", leak.id, leak.what, leak.stopped_by.replace('`', ""));
    }
    let remaining: Vec<_> =
        leaks.iter().filter(|leak| leak.stopped_by == REMAINS).map(|leak| leak.id).collect();
    println!("{} leaks, of which {} remain: {}", leaks.len(), remaining.len(), remaining.join(", "));
    shell::run(&mut shell::cargo(&["test", "--quiet", "--package", "tenancy-tests", "--test", "leaks"]))
}

/// The page, in the package that has it.
fn page() -> Result<PathBuf, Failure> {
    let pages = workspace::published()?.into_iter().map(|package| package.folder.join("docs/leaks.md"));
    pages.into_iter().find(|page| page.is_file()).ok_or_else(|| "no package has a docs/leaks.md".to_owned())
}

fn row(line: &str) -> Option<Leak<'_>> {
    let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ");
    let (id, what, stopped_by) = (cells.next()?, cells.next()?, cells.next()?);
    (id.len() == 3 && id.starts_with('L')).then_some(Leak { id, what, stopped_by })
}

/// The cases whose first line names the leak.
fn naming(id: &str) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for folder in entries(&cases())?.into_iter().filter(|path| path.is_dir()) {
        for case in entries(&folder)? {
            let text = read(&case.join("fail.rs"))?;
            let first = text.lines().next().unwrap_or_default();
            if first.starts_with("//")
                && first.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == id)
            {
                found.push(format!("{}/{}", name_of(&folder), name_of(&case)));
            }
        }
    }
    Ok(found)
}
