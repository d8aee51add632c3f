//! Where a statement mentions a bare table.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::explain::source::{At, Range, Source};

/// What a table is given before it is bare no more.
const OPENED: [&str; 7] =
    ["scoped", "across_tenants", "write_across_tenants", "before_admission", "global", "nullable", "star"];

/// The bare mentions of a table that an error at `at` is about: the place after each path, where `.scoped(…)` belongs.
///
/// First what the error points at: the path itself, or the table at the beginning of the chain whose method it is. Else each mention in
/// the statement around it.
pub(super) fn mentions(source: &Source, at: &Range, table: Option<&str>) -> Vec<At> {
    let Some(region) = source.region(at.start) else { return Vec::new() };
    let mut paths = Paths { table, region, at: *at, chained: None, pointed_at: Vec::new(), all: Vec::new() };
    paths.visit_file(&source.file);
    let precise = paths.pointed_at.into_iter().chain(paths.chained).next();
    match precise {
        Some(precise) => vec![precise],
        // Without a name any table would do.
        None if table.is_some() => paths.all,
        None => Vec::new(),
    }
}

struct Paths<'a> {
    table: Option<&'a str>,
    region: Range,
    at: Range,
    /// The beginning of the chain that the error is in.
    chained: Option<At>,
    pointed_at: Vec<At>,
    all: Vec<At>,
}

impl Paths<'_> {
    /// The end of a path that names the table.
    fn bare(&self, expression: &syn::Expr) -> Option<At> {
        let syn::Expr::Path(path) = expression else { return None };
        let parts: Vec<String> = path.path.segments.iter().map(|part| part.ident.to_string()).collect();
        let names_it = match (self.table, &parts[..]) {
            // `agents::table`, and `agents` of `agents::dsl`.
            (Some(table), [.., module, last]) => (last == "table" && module == table) || last == table,
            (Some(table), [only]) => only == table || (only == "table"),
            (None, [.., last]) => last == "table",
            _ => false,
        };
        names_it
            .then(|| Range::of_span(path.path.segments.last().map_or_else(|| path.span(), Spanned::span)).end)
    }
}

impl<'ast> Visit<'ast> for Paths<'_> {
    fn visit_expr_method_call(&mut self, call: &'ast syn::ExprMethodCall) {
        let receiver_is_opened = OPENED.contains(&call.method.to_string().as_str());
        if Range::of(&call.method).holds(self.at.start) {
            let mut first: &syn::Expr = &call.receiver;
            let mut opened = receiver_is_opened;
            while let syn::Expr::MethodCall(before) = first {
                opened = OPENED.contains(&before.method.to_string().as_str());
                first = &before.receiver;
            }
            self.chained = if opened { None } else { self.bare(first) };
        }
        if receiver_is_opened && self.bare(&call.receiver).is_some() {
            // Only its arguments can have another one.
            call.args.iter().for_each(|argument| self.visit_expr(argument));
            return;
        }
        visit::visit_expr_method_call(self, call);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        // What is called is no table, whatever its name.
        if !matches!(*call.func, syn::Expr::Path(_)) {
            self.visit_expr(&call.func);
        }
        call.args.iter().for_each(|argument| self.visit_expr(argument));
    }

    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        if let Some(end) = self.bare(expression) {
            let range = Range::of(expression);
            if range.start == self.at.start || (self.at.around(&range) && self.at.start.0 == range.start.0) {
                self.pointed_at.push(end);
            }
            if self.region.around(&range) {
                self.all.push(end);
            }
        }
        visit::visit_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// The text before each mention, of the error at `at` in the line `statement` of a function.
    fn found(statement: &str, at: &str, table: Option<&str>) -> Vec<String> {
        let text = format!("fn f() {{\n{statement}\n}}\n");
        let file = std::env::temp_dir().join(format!(
            "tables-{}-{:?}.rs",
            std::process::id(),
            std::thread::current().id()
        ));
        fs::write(&file, &text).expect("the folder can be written");
        let source = Source::read(&file).expect("it is Rust");
        fs::remove_file(&file).expect("it is there");
        let start = statement.find(at).expect("it is in the statement") + 1;
        let range = Range { start: (2, start), end: (2, start + at.len()) };
        let ends = mentions(&source, &range, table);
        ends.into_iter().map(|(_, column)| statement[..column - 1].to_owned()).collect()
    }

    #[test]
    fn the_table_is_the_beginning_of_the_chain() {
        let text = "schema::agents::table.order(agents::id).filter(exists(agents::table)).load(c)";
        assert_eq!(found(text, "order", Some("agents")), ["schema::agents::table"]);
        assert_eq!(found(text, "filter", Some("agents")), ["schema::agents::table"]);
        assert_eq!(
            found(text, "agents::table)", Some("agents")),
            ["schema::agents::table.order(agents::id).filter(exists(agents::table"]
        );
    }

    #[test]
    fn a_table_that_is_scoped_is_none_and_the_one_in_an_argument_is() {
        let text = "agents::table.scoped(scope).filter(exists(canvases::table)).load(c)";
        assert_eq!(found(text, "load", Some("agents")), Vec::<String>::new());
        assert_eq!(
            found(text, "load", Some("canvases")),
            ["agents::table.scoped(scope).filter(exists(canvases::table"]
        );
        let text = "agents::table.scoped(scope).inner_join(canvases::table)";
        assert_eq!(
            found(text, "inner_join", Some("canvases")),
            ["agents::table.scoped(scope).inner_join(canvases::table"]
        );
    }

    #[test]
    fn a_column_and_a_function_are_no_tables() {
        assert_eq!(
            found("agents(c).filter(agents::name.eq(x))", "filter", Some("agents")),
            Vec::<String>::new()
        );
        assert_eq!(found("agents.filter(name.eq(x))", "filter", Some("agents")), ["agents"]);
        assert_eq!(found("update(agents::table).set(x)", "agents::table", None), ["update(agents::table"]);
        assert_eq!(found("update(&row).set(agents::table)", "&row", None), Vec::<String>::new());
    }
}
