//! What one file has: the places in it, and what is needed to judge those of other files.

mod attributes;
mod scope;
mod tokens;
mod visit;

use std::collections::{BTreeSet, HashMap};

use proc_macro2::Span;
use syn::visit::Visit;

use self::scope::Scopes;
pub(super) use self::scope::{Import, Namespace, Resolved, imports, is_of_family, is_ours};
use super::excerpt::shortened;
use super::kind::Kind;
use super::place::{Key, Place};

/// A place, if it is one: some are judged when every file was read.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) place: Place,
    pub(super) when: When,
}

/// When a candidate is a place.
#[derive(Debug)]
pub(super) enum When {
    Always,
    /// When one of these is the tenant column of a table.
    TenantColumn(Vec<String>),
    /// When the table of the file that `schema!` includes has a tenant column.
    SchemaTable {
        include: String,
        table: String,
    },
    /// Unless the file is there for `schema!` alone.
    NotOfSchema,
    /// When the files that a `mod` or an `include!` may mean are none of those that are read.
    Unread(Vec<Reference>),
}

/// Another file, from the folder of the one that names it.
pub(super) type Reference = String;

/// A file that this one makes a part of its crate.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) candidates: Vec<Reference>,
    pub(super) in_test: bool,
}

/// A table that is declared, with its columns.
#[derive(Debug)]
pub(super) struct DeclaredTable {
    pub(super) name: String,
    pub(super) columns: Vec<String>,
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) candidates: Vec<Candidate>,
    pub(super) tables: Vec<DeclaredTable>,
    pub(super) tenant_columns: BTreeSet<String>,
    pub(super) parts: Vec<Part>,
    /// The files that `schema!` includes, from the folder of the manifest.
    pub(super) schemas: Vec<String>,
    /// Whether the file says of itself that only tests compile it.
    pub(super) is_test: bool,
}

/// Where Rust's syntax ends.
#[derive(Debug)]
pub(super) struct SyntaxError {
    pub(super) line: usize,
    pub(super) column: usize,
    pub(super) message: String,
}

/// Reads the text of `file`.
pub(super) fn read(file: &str, text: &str, renamed: &HashMap<String, String>) -> Result<Found, SyntaxError> {
    // Spans are per thread, and of 32 bits: none of an earlier file is asked any more.
    proc_macro2::extra::invalidate_current_thread_spans();
    let parsed = syn::parse_file(text).map_err(|error| {
        let at = error.span().start();
        SyntaxError { line: at.line, column: at.column + 1, message: error.to_string() }
    })?;
    let mut reader = Reader {
        file,
        scopes: Scopes::new(renamed),
        items: Vec::new(),
        modules: Vec::new(),
        tests: 0,
        found: Found { is_test: attributes::is_test(&parsed.attrs), ..Found::default() },
    };
    reader.visit_file(&parsed);
    Ok(reader.found)
}

pub(super) struct Reader<'a> {
    file: &'a str,
    pub(super) scopes: Scopes<'a>,
    /// What is around the place, outermost first.
    items: Vec<String>,
    /// The inline modules among them.
    modules: Vec<String>,
    /// How many of those around only tests compile.
    tests: usize,
    pub(super) found: Found,
}

impl Reader<'_> {
    pub(super) fn place(&mut self, kind: Kind, at: Span, excerpt: String, reason: Option<String>) {
        self.candidate(kind, at, excerpt, reason, When::Always);
    }

    pub(super) fn candidate(
        &mut self,
        kind: Kind,
        at: Span,
        excerpt: String,
        reason: Option<String>,
        when: When,
    ) {
        let start = at.start();
        let key = Key {
            file: self.file.to_owned(),
            item: self.items.join("::"),
            kind,
            excerpt: shortened(&excerpt),
        };
        let place =
            Place { key, line: start.line, column: start.column + 1, reason, in_test: self.tests > 0 };
        self.found.candidates.push(Candidate { place, when });
    }

    /// Keeps note of a file that is a part of this one's crate, by the places where it may be.
    pub(super) fn part(&mut self, candidates: Vec<Reference>) {
        self.found.parts.push(Part { candidates, in_test: self.tests > 0 });
    }

    /// Within what is called `name`, compiled by tests alone if `test`.
    fn within(&mut self, name: Option<String>, test: bool, look: impl FnOnce(&mut Self)) {
        let named = name.is_some();
        self.items.extend(name);
        self.tests += usize::from(test);
        look(self);
        self.tests -= usize::from(test);
        if named {
            self.items.pop();
        }
    }

    /// Within a module or a block that declares `items`.
    fn in_scope<'i>(&mut self, items: impl Iterator<Item = &'i syn::Item>, look: impl FnOnce(&mut Self)) {
        self.scopes.open(items);
        look(self);
        self.scopes.close();
    }
}
