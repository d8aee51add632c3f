//! An error of the compiler, as far as it matters here.

use std::path::{Path, PathBuf};

use cargo_metadata::CompilerMessage;
use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel, DiagnosticSpan};
use serde::Serialize;

use super::check::Workspace;

/// What an address of a page of ours ends with before the code's digits. It is in a note of each error that has a code.
const PAGE: &str = "errors/index.html#t";

/// Crates whose bounds a mistake of ours meets on its way.
const CRATES: [&str; 3] = ["diesel", "diesel_async", "tenancy_"];

/// What the folders of their sources begin with: a registry's have the version after it.
const FOLDERS: [&str; 10] = [
    "diesel-",
    "diesel_derives-",
    "diesel-async-",
    "tenancy-core",
    "tenancy-diesel",
    "tenancy-rls",
    "tenancy-pool",
    "tenancy-policies",
    "tenancy-axum",
    "tenancy-test",
];

/// Where an error is. Lines and columns begin with 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(crate) struct Place {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) column: usize,
    #[serde(skip)]
    pub(crate) end: (usize, usize),
    /// What a macro wrote is not what stands there.
    #[serde(skip)]
    pub(crate) in_macro: bool,
}

impl Place {
    pub(crate) fn start(&self) -> (usize, usize) {
        (self.line, self.column)
    }
}

/// An error of the compiler.
#[derive(Debug, Clone)]
pub(crate) struct Complaint {
    pub(crate) place: Option<Place>,
    /// `E0277`, where it has one.
    pub(crate) code: Option<String>,
    /// `T0001`, where it is one of ours.
    pub(crate) ours: Option<String>,
    /// Its first line.
    pub(crate) headline: String,
    /// The texts below it: notes and help, of macros' errors their lines.
    pub(crate) notes: Vec<String>,
    /// What is written under the place.
    pub(crate) label: Option<String>,
    /// What is written under all that is shown of the source.
    pub(crate) labels: Vec<String>,
    /// Whether it speaks of Diesel or of us.
    pub(crate) of_diesel: bool,
}

impl Complaint {
    /// Nothing, if it only counts others.
    pub(crate) fn new(workspace: &Workspace, message: &CompilerMessage) -> Option<Self> {
        let error = &message.message;
        if error.spans.is_empty() && error.message.starts_with("aborting due to") {
            return None;
        }
        let mut lines = error.message.lines().map(str::trim).filter(|line| !line.is_empty());
        let headline = lines.next().unwrap_or_default().to_owned();
        let mut notes: Vec<String> = lines
            .map(|line| line.trim_start_matches("help: ").trim_start_matches("note: ").to_owned())
            .collect();
        notes.extend(error.children.iter().filter(|child| is_text(child)).map(|child| child.message.clone()));
        let label = error.spans.iter().find(|span| span.is_primary).and_then(|span| span.label.clone());
        let labels: Vec<String> = error.spans.iter().filter_map(|span| span.label.clone()).collect();
        let ours = notes.iter().find_map(|note| code_in(note)).or_else(|| code_in(&headline));
        let of_diesel = ours.is_some()
            || leads_into_diesel(error)
            || notes.iter().chain(&labels).any(|text| names_diesel(text))
            || names_diesel(&headline);
        // What other packages' file names are seen from.
        let source = message.target.src_path.as_std_path();
        let manifest =
            source.ancestors().find(|folder| folder.join("Cargo.toml").is_file()).unwrap_or(source);
        Some(Self {
            place: place(workspace, manifest, error),
            code: error.code.as_ref().map(|code| code.code.clone()),
            ours,
            headline,
            notes,
            label,
            labels,
            of_diesel,
        })
    }

    /// What is the same of the same error.
    pub(crate) fn identity(&self) -> (Option<Place>, Option<String>, String) {
        (self.place.clone(), self.code.clone(), self.headline.clone())
    }

    /// Whether its first line or a note has this text.
    pub(crate) fn says(&self, text: &str) -> bool {
        self.headline.contains(text) || self.notes.iter().any(|note| note.contains(text))
    }
}

fn is_text(child: &Diagnostic) -> bool {
    matches!(child.level, DiagnosticLevel::Note | DiagnosticLevel::Help)
}

/// The code of a page that a text names.
fn code_in(text: &str) -> Option<String> {
    let (_, rest) = text.split_once(PAGE)?;
    let digits = rest.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_digit()).then(|| format!("T{digits}"))
}

fn names_diesel(text: &str) -> bool {
    CRATES.iter().any(|name| {
        text.match_indices(name).any(|(at, _)| {
            let before = text.get(..at).unwrap_or_default();
            if before.ends_with(|letter: char| letter == '_' || letter.is_alphanumeric()) {
                return false;
            }
            let rest = text.get(at + name.len()..).unwrap_or_default();
            rest.trim_start_matches(|letter: char| letter == '_' || letter.is_alphanumeric())
                .starts_with("::")
        })
    })
}

/// Whether one of its places is in the source of Diesel or of us, or in what a macro of ours wrote.
fn leads_into_diesel(error: &Diagnostic) -> bool {
    let spans = error.spans.iter().chain(error.children.iter().flat_map(|child| &child.spans));
    spans.into_iter().any(|span| {
        if written_by_us(span) {
            return true;
        }
        Path::new(&span.file_name).components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            FOLDERS.iter().any(|start| name.starts_with(start))
        })
    })
}

fn written_by_us(span: &DiagnosticSpan) -> bool {
    let mut expansion = span.expansion.as_deref();
    while let Some(one) = expansion {
        if one.macro_decl_name.contains("tenancy_") {
            return true;
        }
        expansion = one.span.expansion.as_deref();
    }
    false
}

/// The first place in the packages themselves; else the outermost, which is where a macro is called.
fn place(workspace: &Workspace, manifest: &Path, error: &Diagnostic) -> Option<Place> {
    let primary = || error.spans.iter().filter(|span| span.is_primary);
    let mut outermost = None;
    for first in primary().chain(error.spans.first()) {
        let mut span = first;
        loop {
            let place = seen_from(workspace, manifest, span);
            if workspace.owns(&place.file) {
                return Some(place);
            }
            match &span.expansion {
                Some(expansion) => span = &expansion.span,
                None => {
                    outermost.get_or_insert(place);
                    break;
                }
            }
        }
    }
    outermost
}

fn seen_from(workspace: &Workspace, manifest: &Path, span: &DiagnosticSpan) -> Place {
    let named = Path::new(&span.file_name);
    let in_root = workspace.root.join(named);
    let file = if named.is_absolute() || in_root.is_file() { in_root } else { manifest.join(named) };
    Place {
        file,
        line: span.line_start,
        column: span.column_start,
        end: (span.line_end, span.column_end),
        in_macro: span.expansion.is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_that_of_the_page() {
        let note = "T0001: https://docs.rs/tenancy-diesel/latest/tenancy_diesel/errors/index.html#t0001";
        assert_eq!(code_in(note).as_deref(), Some("T0001"));
        assert_eq!(code_in("see errors/index.html#tab"), None);
        assert_eq!(code_in("T0001"), None);
    }

    #[test]
    fn a_crate_is_named_by_its_path() {
        assert!(names_diesel("required by a bound in `diesel::RunQueryDsl::load`"));
        assert!(names_diesel("`tenancy_pool::TenantTransaction<_>`"));
        assert!(!names_diesel("the diesel engine"));
        assert!(!names_diesel("`biodiesel::price` is not in scope"));
    }
}
