//! What `schema!` says of the tables in the file that it includes.

use proc_macro2::{TokenStream, TokenTree};

use super::macros::is;
use super::tables::{global, listed, text};
use crate::check::excerpt::plain;
use crate::check::kind::Kind;
use crate::check::source::{Reader, When};

impl Reader<'_> {
    /// Reads `include = "…", tenant_column = …, scoped = […], global = […]`; what is no such list is another's `schema!`.
    pub(super) fn schema(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        let options: Vec<(String, &[TokenTree])> = trees
            .split(|tree| is(tree, ','))
            .filter_map(|option| match option {
                [TokenTree::Ident(name), equals, value @ ..] if is(equals, '=') => Some((plain(name), value)),
                _ => None,
            })
            .collect();
        let value = |wanted: &str| options.iter().find(|(name, _)| name == wanted).map(|(_, value)| *value);
        let Some(include) = value("include").and_then(|value| value.iter().find_map(text)) else { return };
        self.found.schemas.push(include.clone());
        if let Some(column) = value("tenant_column") {
            self.tenant_columns(column);
        }
        if let Some([TokenTree::Group(list)]) = value("scoped") {
            let list: Vec<TokenTree> = list.stream().into_iter().collect();
            for pair in list.windows(2) {
                if let [TokenTree::Ident(name), TokenTree::Group(arguments)] = pair {
                    let arguments: Vec<TokenTree> = arguments.stream().into_iter().collect();
                    self.scoped(&plain(name), &arguments);
                }
            }
        }
        if let Some([TokenTree::Group(list)]) = value("global") {
            let list: Vec<TokenTree> = list.stream().into_iter().collect();
            for (table, why) in listed(&list) {
                let name = plain(&table);
                let when = match why {
                    Some(_) => When::Always,
                    None => When::SchemaTable { include: include.clone(), table: name.clone() },
                };
                let excerpt = global(&name, why.as_deref());
                self.candidate(Kind::GlobalTable, table.span(), excerpt, why, when);
            }
        }
    }
}
