//! A file of the source, parsed: what belongs to one statement, and what stands where.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

/// A line and a column, as the compiler counts them: both from 1, columns in letters.
pub(crate) type At = (usize, usize);

/// From where to where, the end not included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Range {
    pub(crate) start: At,
    pub(crate) end: At,
}

impl Range {
    pub(crate) fn of(node: &impl Spanned) -> Self {
        Self::of_span(node.span())
    }

    pub(crate) fn of_span(span: Span) -> Self {
        let at = |place: LineColumn| (place.line, place.column + 1);
        Self { start: at(span.start()), end: at(span.end()) }
    }

    pub(crate) fn holds(&self, at: At) -> bool {
        self.start <= at && at < self.end
    }

    pub(crate) fn around(&self, other: &Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}

/// A file as it was read.
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) file: syn::File,
    /// The statements, closures' bodies, arms and items, in no order.
    regions: Vec<Range>,
}

impl Source {
    /// Nothing, if it cannot be read or parsed: then there is no more to know of it than the compiler says.
    pub(crate) fn read(path: &Path) -> Option<Self> {
        let text = fs::read_to_string(path).ok()?;
        let file = syn::parse_file(&text).ok()?;
        let mut regions = Regions(Vec::new());
        regions.visit_file(&file);
        Some(Self { text, file, regions: regions.0 })
    }

    /// The smallest statement, body or item around a place.
    pub(crate) fn region(&self, at: At) -> Option<Range> {
        // Of two that hold it the one inside begins later, or ends earlier.
        let holding = self.regions.iter().filter(|region| region.holds(at));
        holding.max_by_key(|region| (region.start, std::cmp::Reverse(region.end))).copied()
    }
}

/// The files that were read, each once.
#[derive(Default)]
pub(crate) struct Sources(BTreeMap<PathBuf, Option<Source>>);

impl Sources {
    pub(crate) fn get(&mut self, path: &Path) -> Option<&Source> {
        self.0.entry(path.to_owned()).or_insert_with(|| Source::read(path)).as_ref()
    }
}

/// Where one mistake ends and another may begin.
struct Regions(Vec<Range>);

impl<'ast> Visit<'ast> for Regions {
    fn visit_stmt(&mut self, statement: &'ast syn::Stmt) {
        self.0.push(Range::of(statement));
        visit::visit_stmt(self, statement);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.0.push(Range::of(&arm.body));
        visit::visit_arm(self, arm);
    }

    fn visit_expr_closure(&mut self, closure: &'ast syn::ExprClosure) {
        self.0.push(Range::of(&closure.body));
        visit::visit_expr_closure(self, closure);
    }

    fn visit_item(&mut self, item: &'ast syn::Item) {
        self.0.push(Range::of(item));
        visit::visit_item(self, item);
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        self.0.push(Range::of(item));
        visit::visit_impl_item(self, item);
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        self.0.push(Range::of(item));
        visit::visit_trait_item(self, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_region_is_the_statement_the_arm_or_the_closures_body() {
        let text = "fn f() {\n    let a = g(|x| x.load());\n    match a {\n        1 => b.load(),\n        _ => c.load(),\n    }\n}\n";
        let file = syn::parse_file(text).expect("it is Rust");
        let mut regions = Regions(Vec::new());
        regions.visit_file(&file);
        let source = Source { text: text.to_owned(), file, regions: regions.0 };
        let region = |at| source.region(at).map(|region| (region.start, region.end));
        assert_eq!(region((2, 10)), Some(((2, 5), (2, 29))));
        assert_eq!(region((2, 22)), Some(((2, 19), (2, 27))));
        assert_eq!(region((4, 16)), Some(((4, 14), (4, 22))));
        assert_eq!(region((3, 11)).map(|(start, _)| start), Some((3, 5)));
        assert_eq!(region((1, 4)).map(|(start, _)| start), Some((1, 1)));
        assert_eq!(region((9, 1)), None);
    }
}
