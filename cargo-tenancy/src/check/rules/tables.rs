//! The tables that `table!` declares, ours and Diesel's.

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::macros::is;
use crate::check::excerpt::{plain, reason};
use crate::check::kind::Kind;
use crate::check::source::{DeclaredTable, Reader, When};

/// `#[name(arguments)]` or `#[name = "…"]`
struct Attribute {
    name: Ident,
    arguments: Vec<TokenTree>,
}

impl Reader<'_> {
    /// Reads declarations. By `ours`, each is a tenant's or global; by Diesel's macro, an attribute says so.
    pub(super) fn tables(&mut self, tokens: TokenStream, ours: bool) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let mut attributes: Vec<Attribute> = Vec::new();
        let mut globals: Vec<(Ident, Option<String>)> = Vec::new();
        let mut declared: Vec<(Ident, Vec<String>, Vec<Attribute>)> = Vec::new();
        let mut name: Option<Ident> = None;
        for (at, tree) in trees.iter().enumerate() {
            match tree {
                TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                    let Some(attribute) = attribute(group.stream()) else { continue };
                    let inner = at.checked_sub(1).is_some_and(|before| is(&trees[before], '!'));
                    match (inner, attribute.name.to_string().as_str()) {
                        (true, "tenant_global") => globals.extend(listed(&attribute.arguments)),
                        (true, "tenant_column") => self.tenant_columns(&attribute.arguments),
                        _ => attributes.push(attribute),
                    }
                }
                TokenTree::Ident(word) => {
                    // The last name before the key or the columns: `accounting.ledgers (id) {`.
                    if matches!(trees.get(at + 1), Some(TokenTree::Group(_))) {
                        name = Some(word.clone());
                    }
                }
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    if let Some(name) = name.take() {
                        declared.push((name, columns(group.stream()), std::mem::take(&mut attributes)));
                    }
                }
                _ => {}
            }
        }
        for (name, columns, attributes) in declared {
            self.declared(&name, columns, &attributes, &globals, ours);
        }
    }

    fn declared(
        &mut self,
        name: &Ident,
        columns: Vec<String>,
        attributes: &[Attribute],
        globals: &[(Ident, Option<String>)],
        ours: bool,
    ) {
        let called = plain(name);
        let of = |wanted: &str| attributes.iter().find(|attribute| attribute.name == wanted);
        let listed = globals.iter().find(|(global, _)| plain(global) == called);
        if let Some(scoped) = of("tenant_scoped") {
            self.scoped(&called, &scoped.arguments);
        } else if let Some((at, why)) = listed {
            self.global(at, why.clone(), &columns);
        } else if let Some(global) = of("tenant_global") {
            let why = global.arguments.iter().find_map(text);
            self.global(name, why, &columns);
        } else if !ours {
            let excerpt = format!("table! {called}");
            self.candidate(Kind::UndeclaredTable, name.span(), excerpt, None, When::NotOfSchema);
        }
        self.found.tables.push(DeclaredTable { name: called, columns });
    }

    /// A global table: a place if it has a tenant column, and where there is a reason it has one.
    fn global(&mut self, at: &Ident, why: Option<String>, columns: &[String]) {
        let when = if why.is_some() { When::Always } else { When::TenantColumn(columns.to_vec()) };
        self.candidate(Kind::GlobalTable, at.span(), global(&plain(at), why.as_deref()), why, when);
    }

    /// What `tenant_scoped(…)` says of the table `name`: the tenant column, or the way to it.
    pub(super) fn scoped(&mut self, name: &str, arguments: &[TokenTree]) {
        self.tenant_columns(arguments);
        for (at, tree) in arguments.iter().enumerate() {
            // `through = parent(column = key)`
            let Some([equals, TokenTree::Ident(parent), TokenTree::Group(by)]) =
                arguments.get(at + 1..at + 4)
            else {
                continue;
            };
            let through = matches!(tree, TokenTree::Ident(word) if word == "through") && is(equals, '=');
            if through && by.stream().into_iter().any(|tree| is(&tree, '=')) {
                let by = crate::check::excerpt::line(by.stream());
                let excerpt = format!("{name} through = {}({by})", plain(parent));
                self.place(Kind::ParentKey, parent.span(), excerpt, None);
            }
        }
    }

    /// The tenant column, which stands first and alone: `tenant_id`, `org_id: OrgId`.
    pub(super) fn tenant_columns(&mut self, arguments: &[TokenTree]) {
        if let Some(TokenTree::Ident(column)) = arguments.first()
            && !arguments.get(1).is_some_and(|next| is(next, '='))
        {
            self.found.tenant_columns.insert(plain(column));
        }
    }
}

/// A global table as an excerpt, with its reason.
pub(super) fn global(name: &str, why: Option<&str>) -> String {
    why.map_or_else(|| format!("tenant_global {name}"), |why| format!("tenant_global {name} = {why:?}"))
}

/// The names of a list, each with the reason that follows it: `plans, memberships = "a reason"`.
pub(super) fn listed(trees: &[TokenTree]) -> Vec<(Ident, Option<String>)> {
    let entries = trees.split(|tree| is(tree, ','));
    let read = entries.filter_map(|entry| {
        let named = entry.iter().take_while(|tree| !is(tree, '='));
        let name = named.filter_map(|tree| match tree {
            TokenTree::Ident(name) => Some(name.clone()),
            _ => None,
        });
        Some((name.last()?, entry.iter().find_map(text)))
    });
    read.collect()
}

/// The text of a literal.
pub(super) fn text(tree: &TokenTree) -> Option<String> {
    match tree {
        TokenTree::Literal(_) => syn::parse2(tree.clone().into()).ok().as_ref().and_then(reason),
        _ => None,
    }
}

/// What is in the brackets of an attribute; of a path, the last name.
fn attribute(tokens: TokenStream) -> Option<Attribute> {
    let mut name = None;
    let mut arguments = Vec::new();
    for tree in tokens {
        match tree {
            TokenTree::Ident(word) if arguments.is_empty() => name = Some(word),
            TokenTree::Group(group) => arguments.extend(group.stream()),
            TokenTree::Literal(_) => arguments.push(tree),
            _ => {}
        }
    }
    Some(Attribute { name: name?, arguments })
}

/// The names of columns, those that they have in SQL among them.
fn columns(tokens: TokenStream) -> Vec<String> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut names = Vec::new();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Ident(name)
                if trees.get(at + 1).is_some_and(|next| is(next, '-'))
                    && trees.get(at + 2).is_some_and(|next| is(next, '>')) =>
            {
                names.push(plain(name));
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                if let Some(attribute) = attribute(group.stream())
                    && attribute.name == "sql_name"
                {
                    names.extend(attribute.arguments.iter().find_map(text));
                }
            }
            _ => {}
        }
    }
    names
}
