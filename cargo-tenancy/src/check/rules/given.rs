//! Names that a macro is given: what it calls by them is written nowhere.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};

use super::implementations::is_node;
use super::macros::{is, without_docs};
use super::methods::Method;
use super::paths::is_client;
use crate::check::excerpt::{line, plain};
use crate::check::kind::Kind;
use crate::check::source::{Namespace, Reader, is_of_family};

/// Macros that print or compare what they are given, and call nothing by its name.
const PRINTING: [&str; 31] = [
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "error",
    "event",
    "format",
    "format_args",
    "info",
    "matches",
    "panic",
    "print",
    "println",
    "parse_quote",
    "quote",
    "quote_spanned",
    "span",
    "stringify",
    "todo",
    "trace",
    "unimplemented",
    "unreachable",
    "warn",
    "write",
    "writeln",
];
/// Functions that are called by their names, beside the methods.
const FUNCTIONS: [&str; 2] = ["sql_query", "move_rows"];
/// Traits that decide for every tenant.
const TRAITS: [&str; 3] = ["AuditSink", "DetailedMembership", "ToTenantKey"];
/// Diesel's modules that have types alone.
const TYPES: [&str; 2] = ["result", "sql_types"];
/// Modules that a `*` may have brought, and that have something to call.
const CALLED: [&str; 5] = ["dsl", "pooled_connection", "r2d2", "sql_literal", "testing"];

impl Reader<'_> {
    /// A path that goes on with what a macro is given, `diesel::$function`, or `impl diesel::$node for`.
    pub(in crate::check) fn goes_on_unread(
        &mut self,
        path: &[String],
        from_crates: bool,
        whole: TokenStream,
        at: Span,
    ) {
        let resolved = self.scopes.resolve(path, from_crates, Namespace::Type);
        let leads = |found: &Vec<String>| {
            let Some(root) = found.first() else { return false };
            let brought = !from_crates && !resolved.named && path.first() != Some(root);
            let longer: Vec<String> = found.iter().cloned().chain([String::new()]).collect();
            let calls = !found.get(1).is_some_and(|module| TYPES.contains(&module.as_str()));
            is_client(&longer)
                || is_of_family(root)
                    && calls
                    && (!brought || found.iter().any(|name| CALLED.contains(&name.as_str())))
        };
        if !resolved.own && resolved.paths.iter().any(leads) {
            self.place(Kind::GivenName, at, line(whole), None);
        }
    }

    /// Names of what goes round the types that stand alone in a macro's input: it may call them, or implement them.
    pub(super) fn given(&mut self, called: &str, tokens: &TokenStream) {
        if PRINTING.contains(&called) {
            return;
        }
        let trees: Vec<TokenTree> = without_docs(tokens.clone()).into_iter().collect();
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                // What another macro is given is looked at when that is met.
                TokenTree::Group(group) if !is_given(&trees, at) => self.given(called, &group.stream()),
                TokenTree::Ident(name) if stands_alone(&trees, at, name) => {
                    self.place(Kind::GivenName, name.span(), format!("{called}!(… {})", plain(name)), None);
                }
                _ => {}
            }
        }
    }
}

/// Whether a group is what a macro is given, `name!(…)`.
fn is_given(trees: &[TokenTree], at: usize) -> bool {
    at.checked_sub(2)
        .is_some_and(|name| matches!(trees[name], TokenTree::Ident(_)) && is(&trees[name + 1], '!'))
}

/// Whether the name at `at` is one that matters, and neither called, declared nor a part of something longer.
fn stands_alone(trees: &[TokenTree], at: usize, name: &Ident) -> bool {
    let name = plain(name);
    let is_trait = is_node(&name) || TRAITS.contains(&name.as_str());
    if !is_trait && !FUNCTIONS.contains(&name.as_str()) && !Method::is_only_ours(&name) {
        return false;
    }
    let mut begin = at;
    while begin >= 3
        && is(&trees[begin - 1], ':')
        && is(&trees[begin - 2], ':')
        && matches!(trees[begin - 3], TokenTree::Ident(_))
    {
        begin -= 3;
    }
    // A function's path says it by itself.
    if begin != at && !is_trait {
        return false;
    }
    let before = begin.checked_sub(1).and_then(|before| trees.get(before));
    let declares = |word: &Ident| {
        [
            "as", "const", "dyn", "fn", "impl", "let", "mod", "mut", "pub", "ref", "static", "trait", "use",
            "where",
        ]
        .iter()
        .any(|keyword| word == keyword)
    };
    let is_part = match before {
        Some(TokenTree::Punct(punct)) => {
            let sign = punct.as_char();
            matches!(sign, '.' | '$' | '\'')
                || sign == ':' && !is_trait
                || is_trait && matches!(sign, ':' | '+' | '&')
        }
        Some(TokenTree::Ident(word)) => declares(word),
        _ => false,
    };
    let goes_on = match trees.get(at + 1) {
        Some(TokenTree::Punct(punct)) => {
            // `name => …` is a rule or a branch, and no assignment.
            matches!(punct.as_char(), '.' | ':' | '!' | '?')
                || punct.as_char() == '=' && !trees.get(at + 2).is_some_and(|next| is(next, '>'))
        }
        Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::Parenthesis,
        // `AuditSink "audit-sink"`: a name in a table of one's own.
        Some(TokenTree::Literal(_)) => is_trait,
        _ => false,
    };
    !is_part && !goes_on
}
