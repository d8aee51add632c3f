//! One table as it is declared in `table!`: `name (key) { columns }`, with what stands before it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use syn::LitStr;
use syn::ext::IdentExt;

use super::attribute::Attribute;
use crate::tokens::{is_arrow, is_ident, is_punct};

pub(crate) struct Declaration {
    pub(crate) uses: TokenStream,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) schema: Option<Ident>,
    pub(crate) name: Ident,
    /// From the (possibly qualified) name to the brace group.
    pub(crate) body: TokenStream,
    columns: Vec<NamedColumn>,
}

struct NamedColumn {
    name: Ident,
    sql_name: Option<String>,
}

impl Declaration {
    /// Reads one declaration from `at`; on failure, the span where it stops being one.
    pub(crate) fn read(trees: &[TokenTree], at: &mut usize) -> Result<Self, Span> {
        let start = *at;
        let span =
            |at: usize| trees.get(at).or(trees.get(start)).map_or_else(Span::call_site, TokenTree::span);
        let mut uses = TokenStream::new();
        while trees.get(*at).is_some_and(|tree| is_ident(tree, "use")) {
            let end = trees[*at..].iter().position(|tree| is_punct(tree, ';')).ok_or_else(|| span(start))?;
            uses.extend(trees[*at..=*at + end].iter().cloned());
            *at += end + 1;
        }
        let mut attributes = Vec::new();
        while trees.get(*at).is_some_and(|tree| is_punct(tree, '#')) {
            let attribute = trees.get(*at..*at + 2).and_then(Attribute::read);
            attributes.push(attribute.ok_or_else(|| span(*at + 1))?);
            *at += 2;
        }
        // `name` or `schema.name`, an optional `(key)`, and the columns.
        let body_start = *at;
        let (mut schema, mut name) = (None, None);
        while let Some(tree) = trees.get(*at) {
            *at += 1;
            match tree {
                TokenTree::Ident(ident) => schema = name.replace(ident.clone()),
                TokenTree::Punct(punct) if punct.as_char() == '.' => {}
                TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {}
                TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                    let name = name.ok_or_else(|| span(body_start))?;
                    let body = trees[body_start..*at].iter().cloned().collect();
                    return Ok(Declaration { uses, attributes, schema, name, body, columns: columns(group) });
                }
                other => return Err(other.span()),
            }
        }
        Err(span(body_start))
    }

    /// The attributes called `name`.
    pub(crate) fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Attribute> {
        self.attributes.iter().filter(move |attribute| attribute.name == name)
    }

    /// The Rust names of its columns.
    pub(crate) fn column_names(&self) -> impl Iterator<Item = &Ident> {
        self.columns.iter().map(|column| &column.name)
    }

    /// The columns that `name` means, by their Rust name or by their name in the database, in any case.
    pub(crate) fn columns(&self, name: &Ident) -> impl Iterator<Item = &Ident> {
        let wanted = name.unraw().to_string();
        let is_wanted = move |column: &&NamedColumn| {
            column.name.unraw().to_string().eq_ignore_ascii_case(&wanted)
                || column.sql_name.as_ref().is_some_and(|sql_name| sql_name.eq_ignore_ascii_case(&wanted))
        };
        self.columns.iter().filter(is_wanted).map(|column| &column.name)
    }
}

/// The names before each `->`, with the `sql_name` of those that have one.
fn columns(group: &Group) -> Vec<NamedColumn> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let mut found = Vec::new();
    let mut sql_name = None;
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                sql_name = renamed(group).or(sql_name);
            }
            TokenTree::Ident(name) if is_arrow(&trees, at + 1) => {
                found.push(NamedColumn { name: name.clone(), sql_name: sql_name.take() });
            }
            _ => {}
        }
    }
    found
}

/// The name in `#[sql_name = "…"]`.
fn renamed(attribute: &Group) -> Option<String> {
    let trees: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match trees.as_slice() {
        [name, equals, value] if is_ident(name, "sql_name") && is_punct(equals, '=') => {
            let value = syn::parse2::<LitStr>(value.clone().into()).ok()?.value();
            // As Diesel does.
            Some(value.strip_prefix("r#").map_or(value.clone(), str::to_owned))
        }
        _ => None,
    }
}
