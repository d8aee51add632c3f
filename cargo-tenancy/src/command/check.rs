//! `check`: what goes round the types in the source, beside the inventory.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::{Args, ValueEnum};

use crate::check::{self, Kind, NAME, Question, Report, Shown, Status};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

const NEW: Style = AnsiColor::Yellow.on_default().bold();
const STALE: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The files and folders to tell of; all of the project's files if none is named
    paths: Vec<PathBuf>,
    /// The folder whose files are read and that has the inventory; otherwise the nearest above with an inventory, or the workspace's
    #[arg(long, value_name = "FOLDER")]
    root: Option<PathBuf>,
    /// Write the inventory, tenancy-inventory.toml, for the review of its difference
    #[arg(long)]
    update: bool,
    /// Print what is known as well
    #[arg(long)]
    all: bool,
    /// The form of the report
    #[arg(long, value_enum, value_name = "FORM", default_value_t = Format::Text, conflicts_with = "json")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, or JSON with --json
    Text,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for the test reports of CI
    Junit,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let root = Question::root(self.root.as_deref())?;
        let question = Question { root, only: self.paths, update: self.update };
        let report = question.answer()?;
        match self.format {
            Format::Text => {
                output.result(&report, |out| text(&report, self.all, self.update, out))?;
            }
            Format::Sarif => {
                let log = serde_json::to_string_pretty(&check::sarif(&report))
                    .map_err(|error| Failure::new("the report cannot be written as SARIF").because(error))?;
                output.document(&log)?;
            }
            Format::Junit => {
                let document = check::junit(&report).map_err(|error| {
                    Failure::new("the report cannot be written as JUnit's XML").because(error)
                })?;
                output.document(&document)?;
            }
        }
        Ok(if self.update || report.is_clean() { exit::DONE } else { exit::FOUND })
    }
}

fn text(report: &Report, all: bool, updated: bool, out: &mut dyn Write) -> io::Result<()> {
    for place in report.places.iter().filter(|place| all || place.status == Status::New) {
        shown(place, out)?;
    }
    for entry in &report.stale {
        let times = if entry.gone > 1 { format!(" ({} times)", entry.gone) } else { String::new() };
        writeln!(out, "{STALE}gone{STALE:#} {}: {}{times}", entry.file, entry.kind)?;
        excerpt(&entry.item, &entry.excerpt, out)?;
    }
    let kinds: BTreeSet<Kind> = report.of(Status::New).map(|place| place.kind).collect();
    if !kinds.is_empty() {
        writeln!(out, "\nWhat a review asks:")?;
    }
    for kind in kinds {
        writeln!(out, "  {kind}: {}. {}", kind.title(), kind.look())?;
    }
    if !report.is_clean() {
        writeln!(out)?;
    }
    let Report { files, excluded, new, known, left_out, .. } = report;
    write!(out, "{new} new, {known} known, {} gone, in {}", report.stale.len(), count(*files, "file"))?;
    if *excluded > 0 {
        write!(out, "; {} left out by the inventory", count(*excluded, "file"))?;
    }
    if *left_out > 0 {
        write!(
            out,
            "; {} in tests left out (`tests = true` in the inventory counts them)",
            count(*left_out, "place")
        )?;
    }
    writeln!(out)?;
    match (updated, report.inventory) {
        (true, _) => writeln!(out, "{NAME} is written: review its difference"),
        (false, false) if *new > 0 => {
            writeln!(out, "there is no {NAME} yet: `tenancy check --update` writes it")
        }
        (false, _) if !report.is_clean() => {
            writeln!(out, "when it was reviewed, `tenancy check --update` takes it into {NAME}")
        }
        (false, _) => Ok(()),
    }
}

fn shown(place: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let Shown { file, line, column, kind, .. } = place;
    match place.status {
        Status::New => write!(out, "{NEW}new{NEW:#} ")?,
        Status::Known => write!(out, "known ")?,
    }
    writeln!(out, "{file}:{line}:{column}: {kind}")?;
    excerpt(&place.item, &place.excerpt, out)?;
    match &place.reason {
        Some(reason) => writeln!(out, "    reason: {reason}"),
        None => Ok(()),
    }
}

fn excerpt(item: &str, excerpt: &str, out: &mut dyn Write) -> io::Result<()> {
    let item = if item.is_empty() { String::new() } else { format!("{DIM}{item}:{DIM:#} ") };
    writeln!(out, "    {item}{excerpt}")
}

fn count(number: usize, thing: &str) -> String {
    format!("{number} {thing}{}", if number == 1 { "" } else { "s" })
}
