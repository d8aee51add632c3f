//! `--fix`: `.scoped(scope)` behind a bare table, where there is one scope in reach.
//!
//! The compiler is the judge. After each round of edits it is asked again, and an edit that it has something new to say of is taken back.
//! Nothing but the insertion is written, so lines stay where they are.

mod callers;
mod files;
mod scopes;
mod tables;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::PathBuf;

use serde::Serialize;

use self::files::Files;
use self::scopes::Function;
use super::check::{Checked, Workspace};
use super::complaint::{Complaint, Place};
use super::fold::mistakes;
use super::mistake::Mistake;
use super::source::{At, Range, Sources};
use crate::failure::Failure;

/// Codes of mistakes that a scope mends: a table that is read, joined, run, inserted into, or changed as it is.
const MENDED: [&str; 5] = ["T0001", "T0002", "T0003", "T0004", "T0014"];

/// How often the compiler is asked for more: each round mends another table of the same statement.
const ROUNDS: usize = 12;

/// An insertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Edit {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) inserted: String,
    /// The line before, and with it.
    pub(crate) before: String,
    pub(crate) after: String,
    /// The statement around it.
    #[serde(skip)]
    region: Range,
}

impl Edit {
    fn at(&self) -> At {
        (self.line, self.column)
    }

    /// Whether it is tried once more.
    fn is(&self, other: &Self) -> bool {
        self.file == other.file && self.at() == other.at() && self.before == other.before
    }
}

/// Why a mistake was left.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Why {
    /// There are several scopes, and which of them is meant nobody can know but the author.
    SeveralScopes(Vec<String>),
    /// There is none: the function has to take one, and its callers to give it.
    NoScope { function: Option<String>, line: Option<usize>, callers: Vec<Place> },
    /// The edit led to another error.
    TakenBack { edit: Box<Edit>, because: String },
    /// A scope is not what is missing, or the table is not to be found: in a macro, say.
    ByHand,
}

/// A mistake that is left, and why.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Left {
    #[serde(flatten)]
    pub(crate) mistake: Mistake,
    pub(crate) why: Why,
}

/// What was done.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) edits: Vec<Edit>,
    pub(crate) left: Vec<Left>,
    pub(crate) warnings: usize,
}

/// Edits what can be edited.
pub(crate) fn fix(
    workspace: &Workspace,
    arguments: &[OsString],
    allow_dirty: bool,
) -> Result<Outcome, Failure> {
    let mut fixer = Fixer { workspace, arguments, allow_dirty, edits: Vec::new(), taken_back: Vec::new() };
    let mut checked = workspace.check(arguments)?;
    for _ in 0..ROUNDS {
        let planned = fixer.plan(&checked);
        if planned.is_empty() {
            break;
        }
        checked = fixer.round(planned, checked)?;
    }
    Ok(fixer.outcome(&checked))
}

struct Fixer<'a> {
    workspace: &'a Workspace,
    arguments: &'a [OsString],
    allow_dirty: bool,
    edits: Vec<Edit>,
    taken_back: Vec<(Edit, String)>,
}

impl Fixer<'_> {
    fn plan(&self, checked: &Checked) -> Vec<Edit> {
        let mut sources = Sources::default();
        let mut planned: Vec<Edit> = Vec::new();
        for mistake in mistakes(&checked.complaints, &mut sources) {
            if let Ok(edits) = self.edits_of(&mistake, &mut sources) {
                for edit in edits {
                    if !planned.iter().any(|one| one.is(&edit)) {
                        planned.push(edit);
                    }
                }
            }
        }
        planned
    }

    /// The edits that would mend it, or why there are none.
    fn edits_of(&self, mistake: &Mistake, sources: &mut Sources) -> Result<Vec<Edit>, Why> {
        let mended = mistake.code.as_deref().is_some_and(|code| MENDED.contains(&code));
        let Some(place) = mistake
            .place
            .as_ref()
            .filter(|place| mended && !place.in_macro && self.workspace.owns(&place.file))
        else {
            return Err(Why::ByHand);
        };
        let Some(source) = sources.get(&place.file) else { return Err(Why::ByHand) };
        let at = Range { start: place.start(), end: place.end };
        let mut found: Vec<At> = Vec::new();
        if mistake.tables.is_empty() {
            found = tables::mentions(source, &at, None);
        }
        for table in &mistake.tables {
            found.extend(tables::mentions(source, &at, Some(table)));
        }
        let Some(&first) = found.first() else { return Err(Why::ByHand) };
        let reach = scopes::reach(&source.file, first);
        let scope = match &reach.scopes[..] {
            [scope] => scope,
            [] => return Err(self.nobody(reach.function, place, sources)),
            several => return Err(Why::SeveralScopes(several.to_vec())),
        };
        let inserted = format!(".scoped({scope})");
        let region = source.region(at.start).unwrap_or(at);
        let mut edits = Vec::new();
        for at in found {
            let before = source.text.lines().nth(at.0 - 1).unwrap_or_default();
            let mut after = before.to_owned();
            let Some(column) = files::offset(before, (1, at.1)) else { return Err(Why::ByHand) };
            after.insert_str(column, &inserted);
            let (file, inserted) = (place.file.clone(), inserted.clone());
            let (before, after) = (before.trim().to_owned(), after.trim().to_owned());
            let edit = Edit { file, line: at.0, column: at.1, inserted, before, after, region };
            if let Some((edit, because)) = self.taken_back.iter().find(|(tried, _)| tried.is(&edit)) {
                return Err(Why::TakenBack { edit: Box::new(edit.clone()), because: because.clone() });
            }
            edits.push(edit);
        }
        Ok(edits)
    }

    fn nobody(&self, function: Option<Function>, place: &Place, sources: &mut Sources) -> Why {
        let callers = match (&function, self.workspace.package_of(&place.file)) {
            (Some(function), Some(package)) if function.name != "main" => {
                callers::callers(package, function, sources)
            }
            _ => Vec::new(),
        };
        let (function, line) = function.map(|function| (function.name, function.line)).unzip();
        Why::NoScope { function, line, callers }
    }

    /// Writes the edits, and takes back those that lead to something new.
    fn round(&mut self, mut planned: Vec<Edit>, before: Checked) -> Result<Checked, Failure> {
        if !self.allow_dirty {
            let ours: BTreeSet<&PathBuf> = self.edits.iter().map(|edit| &edit.file).collect();
            let new: BTreeSet<&PathBuf> =
                planned.iter().map(|edit| &edit.file).filter(|file| !ours.contains(file)).collect();
            files::clean(new.into_iter().map(PathBuf::as_path))?;
        }
        let mut files = Files::read(planned.iter())?;
        loop {
            files.write(&planned.iter().collect::<Vec<_>>())?;
            let after = match self.workspace.check(self.arguments) {
                Ok(after) => after,
                Err(failure) => {
                    // Nobody has judged these edits.
                    files.write(&[])?;
                    return Err(failure);
                }
            };
            let mut sources = Sources::default();
            let (kept, bad): (Vec<_>, Vec<_>) = planned
                .into_iter()
                .map(|edit| (trouble(&edit, &before, &after, &mut sources), edit))
                .partition(|(trouble, _)| trouble.is_none());
            planned = kept.into_iter().map(|(_, edit)| edit).collect();
            if bad.is_empty() {
                self.edits.extend(planned);
                return Ok(after);
            }
            self.taken_back
                .extend(bad.into_iter().map(|(trouble, edit)| (edit, trouble.unwrap_or_default())));
        }
    }

    fn outcome(self, checked: &Checked) -> Outcome {
        let mut sources = Sources::default();
        let mut left = Vec::new();
        for mistake in mistakes(&checked.complaints, &mut sources) {
            // What could still be edited ran out of rounds.
            let why = self.edits_of(&mistake, &mut sources).err().unwrap_or(Why::ByHand);
            left.push(Left { mistake, why });
        }
        Outcome { edits: self.edits, left, warnings: checked.warnings }
    }
}

/// What the compiler says of the edited statement and did not say before; or that it says the same as before.
fn trouble(edit: &Edit, before: &Checked, after: &Checked, sources: &mut Sources) -> Option<String> {
    let of_statement = |complaint: &&Complaint, sources: &mut Sources| {
        let Some(place) = complaint.place.as_ref().filter(|place| place.file == edit.file) else {
            return false;
        };
        let rows = edit.region.start.0..=edit.region.end.0;
        let around = sources.get(&place.file).and_then(|source| source.region(place.start()));
        rows.contains(&place.line) || around.is_some_and(|around| around.holds(edit.at()))
    };
    let key = |complaint: &Complaint| {
        (complaint.place.as_ref().map(|place| place.line), complaint.code.clone(), complaint.headline.clone())
    };
    let known: BTreeSet<_> = before.complaints.iter().map(key).collect();
    let mut all_as_before = true;
    let mut any = false;
    for complaint in after.complaints.iter() {
        if !of_statement(&complaint, sources) {
            continue;
        }
        any = true;
        if known.contains(&key(complaint)) {
            continue;
        }
        all_as_before = false;
        // Another table of the statement, which is next.
        let next = complaint.ours.as_deref().is_some_and(|code| MENDED.contains(&code));
        if !next {
            return Some(super::known::words(complaint));
        }
    }
    let as_many = |checked: &Checked, sources: &mut Sources| {
        checked.complaints.iter().filter(|one| of_statement(one, sources)).count()
    };
    (any && all_as_before && as_many(before, sources) <= as_many(after, sources))
        .then(|| "it changes nothing".to_owned())
}
