//! `explain`: the compiler's errors in short, and what a code means.

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};
use clap::Args;

use crate::exit;
use crate::explain::check::Workspace;
use crate::explain::fix::{self, Edit, Outcome, Why};
use crate::explain::mistake::{here, shown};
use crate::explain::{self as explained, page};
use crate::failure::Failure;
use crate::output::Output;

const OLD: Style = AnsiColor::Red.on_default();
const NEW: Style = AnsiColor::Green.on_default();
const FAINT: Style = Style::new().dimmed();

/// How many callers are listed as text.
const CALLERS: usize = 8;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tenancy explain                       each mistake of the package in one line
  tenancy explain T0001                 what the code means, and how to mend it
  tenancy explain -- -p api --tests     what follows `--` is given to `cargo check`
  tenancy explain --fix                 put `.scoped(scope)` where one scope is in reach")]
pub(crate) struct Arguments {
    /// Print the page of this code, `T0001`, and check nothing
    #[arg(conflicts_with_all = ["fix", "arguments"])]
    code: Option<String>,
    /// Put `.scoped(scope)` behind a bare table where one scope is in reach, and say where one has to be passed down
    ///
    /// The compiler is asked again after the edits; one that leads to another error is taken back. What macros wrote and other packages are
    /// left alone.
    #[arg(long)]
    fix: bool,
    /// Edit files that have changes of one's own, or are not under version control
    #[arg(long, requires = "fix")]
    allow_dirty: bool,
    /// Arguments for `cargo check`
    #[arg(last = true, value_name = "CHECK")]
    arguments: Vec<OsString>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        match self.code {
            Some(code) => print_page(&code, output),
            None if self.fix => fix_and_print(&self.arguments, self.allow_dirty, output),
            None => print_mistakes(&self.arguments, output),
        }
    }
}

fn print_page(code: &str, output: &Output) -> Result<u8, Failure> {
    let Some(page) = page::page(code) else {
        let of_rustc = code.len() == 5 && code.starts_with(['E', 'e']);
        let fix = if of_rustc {
            format!("that is one of the compiler's: `rustc --explain {}`", code.to_ascii_uppercase())
        } else {
            format!("there are {}", page::codes().join(", "))
        };
        output.failure(&Failure::new(format!("`{code}` is none of our codes")).fix(fix));
        return Ok(exit::USAGE);
    };
    output.result(&page, |out| {
        writeln!(out, "{}\n\n{}\n\n{FAINT}{}{FAINT:#}", page.code, page.text, page.address)
    })?;
    Ok(exit::DONE)
}

fn print_mistakes(arguments: &[OsString], output: &Output) -> Result<u8, Failure> {
    let explained = explained::explain(arguments)?;
    let here = here();
    output.result(&explained.mistakes, |out| {
        explained.mistakes.iter().try_for_each(|mistake| mistake.write(out, &here))
    })?;
    let mut summary = vec![counted(explained.mistakes.len(), "mistake")];
    if explained.errors > explained.mistakes.len() {
        summary.push(format!("told by the compiler in {} errors", explained.errors));
    }
    say(&summary, explained.warnings);
    let code = explained
        .mistakes
        .iter()
        .filter(|mistake| mistake.is_ours())
        .find_map(|mistake| mistake.code.as_deref());
    if let Some(code) = code {
        note(&format!(
            "`tenancy explain {code}` says more; `tenancy explain --fix` scopes what has a scope in reach"
        ));
    }
    Ok(if explained.mistakes.is_empty() { exit::DONE } else { exit::FOUND })
}

fn fix_and_print(arguments: &[OsString], allow_dirty: bool, output: &Output) -> Result<u8, Failure> {
    let outcome = fix::fix(&Workspace::find(arguments)?, arguments, allow_dirty)?;
    let here = here();
    output.result(&outcome, |out| write_outcome(out, &outcome, &here))?;
    say(
        &[counted(outcome.edits.len(), "edit"), format!("{} left", counted(outcome.left.len(), "mistake"))],
        outcome.warnings,
    );
    Ok(if outcome.left.is_empty() { exit::DONE } else { exit::FOUND })
}

fn write_outcome(out: &mut dyn Write, outcome: &Outcome, here: &Path) -> io::Result<()> {
    for edit in &outcome.edits {
        writeln!(out, "{}", at(edit, here))?;
        writeln!(out, "  {OLD}- {}{OLD:#}", edit.before)?;
        writeln!(out, "  {NEW}+ {}{NEW:#}", edit.after)?;
    }
    for left in &outcome.left {
        left.mistake.write(out, here)?;
        match &left.why {
            Why::ByHand => {}
            Why::SeveralScopes(scopes) => {
                writeln!(out, "  several scopes are in reach, and only you know which: {}", quoted(scopes))?
            }
            Why::TakenBack { edit, because } => {
                writeln!(out, "  `{}` was tried and taken back: {because}", edit.inserted)?
            }
            Why::NoScope { function, line, callers } => {
                let (Some(function), Some(line)) = (function, line) else {
                    writeln!(out, "  no scope is in reach")?;
                    continue;
                };
                writeln!(
                    out,
                    "  no scope is in reach: let `{function}`, in line {line}, take one, `scope: &Scoped<_>`, and its callers give it"
                )?;
                for caller in callers.iter().take(CALLERS) {
                    writeln!(out, "    {}:{}:{}", shown(&caller.file, here), caller.line, caller.column)?;
                }
                match callers.len().checked_sub(CALLERS) {
                    None | Some(0) => {}
                    Some(more) => writeln!(out, "    and {more} more")?,
                }
            }
        }
    }
    Ok(())
}

fn at(edit: &Edit, here: &Path) -> String {
    format!("{}:{}:{}", shown(&edit.file, here), edit.line, edit.column)
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// How many there were.
fn say(parts: &[String], warnings: usize) {
    let mut parts = parts.to_vec();
    if warnings > 0 {
        parts.push(format!("{} not shown", counted(warnings, "warning")));
    }
    note(&parts.join(", "));
}

/// A line that is none of the results.
fn note(text: &str) {
    // Nobody is there to be told of a closed stream.
    let _closed = writeln!(io::stderr(), "{text}");
}
