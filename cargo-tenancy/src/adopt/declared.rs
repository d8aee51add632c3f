//! The tables of a file that the Diesel CLI printed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::ext::IdentExt as _;
use syn::{Item, LitStr};

use super::catalog::Name;

/// One `table!`.
#[derive(Debug, Clone)]
pub(crate) struct Declared {
    pub(crate) name: Name,
    /// As Rust calls it, with its module where it is not `public`.
    pub(crate) path: String,
    /// Its name in Rust.
    pub(crate) ident: String,
    /// Rust's name and the database's.
    pub(crate) columns: Vec<(String, String)>,
    /// The line, from 0, and the column of the bracket behind its columns.
    pub(crate) end: (usize, usize),
}

impl Declared {
    /// A column by the name that the database has.
    pub(crate) fn rust_name(&self, column: &str) -> Option<&str> {
        self.columns.iter().find(|(_, sql)| sql == column).map(|(rust, _)| rust.as_str())
    }
}

/// Reads the text of the file.
pub(crate) fn read(text: &str) -> syn::Result<Vec<Declared>> {
    let mut found = Vec::new();
    items(&syn::parse_file(text)?.items, "", &mut found);
    Ok(found)
}

fn items(list: &[Item], module: &str, found: &mut Vec<Declared>) {
    for item in list {
        match item {
            Item::Mod(inner) => {
                if let Some((_, list)) = &inner.content {
                    items(list, &format!("{module}{}::", inner.ident.unraw()), found);
                }
            }
            Item::Macro(call) if call.mac.path.segments.last().is_some_and(|last| last.ident == "table") => {
                found.extend(table(call.mac.tokens.clone(), module));
            }
            _ => {}
        }
    }
}

fn table(tokens: TokenStream, module: &str) -> Option<Declared> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut names = Vec::new();
    let mut sql_name = None;
    let mut at = 0;
    while let Some(tree) = trees.get(at) {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '#' => {
                if let Some(TokenTree::Group(group)) = trees.get(at + 1) {
                    sql_name = named(group.stream()).or(sql_name);
                }
                at += 1;
            }
            TokenTree::Ident(name) if name != "use" => names.push(name.unraw().to_string()),
            // `use diesel::sql_types::*;`
            TokenTree::Ident(_) => {
                at += trees[at..].iter().position(|tree| is(tree, ';'))?;
            }
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let ident = names.last()?.clone();
                let schema = if names.len() > 1 { names[0].clone() } else { "public".to_owned() };
                let name = Name { schema, name: sql_name.unwrap_or_else(|| ident.clone()) };
                let close = group.span_close().start();
                let end = (close.line.checked_sub(1)?, close.column);
                return Some(Declared {
                    name,
                    path: format!("{module}{ident}"),
                    ident,
                    columns: columns(group.stream()),
                    end,
                });
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// `#[sql_name = "type"]`
fn named(attribute: TokenStream) -> Option<String> {
    let trees: Vec<TokenTree> = attribute.into_iter().collect();
    match trees.as_slice() {
        [TokenTree::Ident(name), equals, text] if name == "sql_name" && is(equals, '=') => {
            syn::parse2::<LitStr>(text.clone().into()).ok().map(|text| text.value())
        }
        _ => None,
    }
}

fn columns(tokens: TokenStream) -> Vec<(String, String)> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    let mut sql_name = None;
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
                sql_name = named(group.stream()).or(sql_name);
            }
            TokenTree::Ident(name)
                if trees.get(at + 1).is_some_and(|tree| is(tree, '-'))
                    && trees.get(at + 2).is_some_and(|tree| is(tree, '>')) =>
            {
                let rust = name.unraw().to_string();
                found.push((rust.clone(), sql_name.take().unwrap_or(rust)));
            }
            _ => {}
        }
    }
    found
}

fn is(tree: &TokenTree, punct: char) -> bool {
    matches!(tree, TokenTree::Punct(one) if one.as_char() == punct)
}
