//! Macros that declare what goes round the types.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use crate::check::excerpt::{line, plain, reason};
use crate::check::kind::Kind;
use crate::check::source::{Namespace, Reader, When, is_ours};

/// Diesel's macros that declare functions of the database.
const FUNCTIONS: [&str; 3] = ["define_sql_function", "no_arg_sql_function", "sql_function"];
/// Those that declare operators.
const OPERATORS: [&str; 6] = [
    "diesel_infix_operator",
    "diesel_postfix_operator",
    "diesel_prefix_operator",
    "infix_operator",
    "postfix_operator",
    "prefix_operator",
];
/// Whose macros send statements by another connection.
const CLIENTS: [&str; 2] = ["sqlx", "sea_orm"];

impl Reader<'_> {
    /// Looks at the call of a macro by itself; what it is given is looked at by whoever calls this.
    pub(in crate::check) fn macro_call(
        &mut self,
        path: &[String],
        from_crates: bool,
        tokens: &TokenStream,
        at: Span,
    ) {
        self.given(path.last().map(String::as_str).unwrap_or_default(), tokens);
        let resolved = self.scopes.resolve(path, from_crates, Namespace::Macro);
        if resolved.own {
            return;
        }
        let last_of = |path: &Vec<String>| path.last().cloned().unwrap_or_default();
        let names: Vec<String> = resolved.paths.iter().map(last_of).collect();
        let is = |name: &str| names.iter().any(|one| one == name);
        let is_of = |of: fn(&str) -> bool| {
            resolved.paths.iter().any(|path| path.len() > 1 && path.first().is_some_and(|root| of(root)))
        };
        if is("table") {
            // Unless it is known to be ours, it is Diesel's.
            let ours = resolved.named && is_of(is_ours)
                || path.len() > 1 && is_of(is_ours)
                || begins_with_our_attribute(tokens);
            self.tables(tokens.clone(), ours);
        } else if is("schema") {
            self.schema(tokens.clone());
        } else if is("reviewed_sql") {
            self.reviewed(tokens, at);
        } else if is("allow_owners_to_appear_in_same_query") {
            self.place(Kind::OwnersTogether, at, line(tokens.clone()), None);
        } else if is("include") {
            self.included(tokens, at);
        } else if let Some(name) = FUNCTIONS.iter().chain(&OPERATORS).find(|name| is(name)) {
            let excerpt = format!("{name}!({})", line(without_docs(tokens.clone())));
            self.place(Kind::SqlDeclaration, at, excerpt, None);
        } else if is_of(|root| CLIENTS.contains(&root)) {
            let excerpt = format!("{}!({})", path.join("::"), line(tokens.clone()));
            self.place(Kind::ConnectionPool, at, excerpt, None);
        }
    }

    /// `include!` of a literal: a file that is read by itself, or one that is not.
    fn included(&mut self, tokens: &TokenStream, at: Span) {
        let excerpt = format!("include!({})", line(tokens.clone()));
        let candidates = match syn::parse2::<syn::LitStr>(tokens.clone()) {
            Ok(name) => vec![name.value()],
            Err(_) => Vec::new(),
        };
        self.part(candidates.clone());
        self.candidate(Kind::UnreadSource, at, excerpt, None, When::Unread(candidates));
    }

    /// `pub day: Timestamp = "date_trunc('day', at)", "a reason";`
    fn reviewed(&mut self, tokens: &TokenStream, at: Span) {
        let trees: Vec<TokenTree> = without_docs(tokens.clone()).into_iter().collect();
        for declared in trees.split(|tree| is(tree, ';')).filter(|declared| !declared.is_empty()) {
            let name = declared.windows(2).find_map(|pair| match pair {
                [TokenTree::Ident(name), colon] if is(colon, ':') => Some(name),
                _ => None,
            });
            let texts: Vec<syn::Expr> = (declared.iter())
                .filter_map(|tree| match tree {
                    TokenTree::Literal(literal) => syn::parse2(TokenTree::from(literal.clone()).into()).ok(),
                    _ => None,
                })
                .collect();
            let excerpt = line(declared.iter().cloned().collect());
            let at = name.map_or(at, proc_macro2::Ident::span);
            self.place(Kind::ReviewedSql, at, excerpt, texts.get(1).and_then(reason));
        }
    }
}

/// Whether the tokens begin with `#![tenant_column(…)]` or `#![tenant_global(…)]`.
fn begins_with_our_attribute(tokens: &TokenStream) -> bool {
    let begin: Vec<TokenTree> = tokens.clone().into_iter().take(3).collect();
    let [hash, bang, TokenTree::Group(attribute)] = begin.as_slice() else { return false };
    let first = attribute.stream().into_iter().next();
    is(hash, '#')
        && is(bang, '!')
        && matches!(first, Some(TokenTree::Ident(name)) if plain(&name).starts_with("tenant_"))
}

/// Without attributes, which documentation is.
pub(super) fn without_docs(tokens: TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        let attribute = is(tree, '#')
            && matches!(trees.get(at + 1), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket);
        if attribute {
            at += 2;
        } else {
            kept.push(tree.clone());
            at += 1;
        }
    }
    kept.into_iter().collect()
}

pub(super) fn is(tree: &TokenTree, punct: char) -> bool {
    matches!(tree, TokenTree::Punct(one) if one.as_char() == punct)
}
