//! What the file declares, by the paths that its items have: its tables, which of them it joins, and which may stand in one
//! query.
//!
//! It judges nothing: that is for `check`, which refuses whatever this does not see.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::file::{File, macro_call, module_name};
use super::joins::Join;
use crate::table::Declaration;
use crate::tokens::idents;

/// Where an item is, from the module that `schema!` stands in: `accounting::ledgers`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ItemPath(pub(crate) Vec<Ident>);

/// A table of the file.
pub(crate) struct FileTable {
    pub(crate) path: ItemPath,
    /// The Rust names of its columns.
    pub(crate) columns: Vec<Ident>,
    /// Those of its key; none where Diesel takes the column `id`.
    pub(crate) key: Vec<Ident>,
}

#[derive(Default)]
pub(crate) struct Contents {
    pub(crate) tables: Vec<FileTable>,
    /// Child and parent of each `joinable!`.
    pub(crate) joined: Vec<[ItemPath; 2]>,
    /// The lists of `allow_tables_to_appear_in_same_query!`.
    pub(crate) together: Vec<Vec<ItemPath>>,
}

impl Contents {
    pub(crate) fn of(file: &File) -> Self {
        let mut contents = Contents::default();
        contents.read(file.tokens.clone(), &mut Vec::new());
        contents
    }

    pub(crate) fn table(&self, path: &ItemPath) -> Option<&FileTable> {
        self.tables.iter().find(|table| table.path == *path)
    }

    fn read(&mut self, tokens: TokenStream, module: &mut Vec<Ident>) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for at in 0..trees.len() {
            if let (Some(name), Some(TokenTree::Group(body))) = (module_name(&trees, at), trees.get(at + 2)) {
                module.push(name.clone());
                self.read(body.stream(), module);
                module.pop();
            } else if let Some((name, arguments)) = macro_call(&trees, at) {
                match name.as_str() {
                    "table" => self.declarations(arguments, module),
                    "joinable" => {
                        let join = syn::parse2::<Join>(arguments.stream()).ok();
                        self.joined.extend(
                            join.map(|join| [join.child, join.parent].map(|path| path.within(module))),
                        );
                    }
                    "allow_tables_to_appear_in_same_query" => {
                        let list =
                            Punctuated::<ItemPath, Token![,]>::parse_terminated.parse2(arguments.stream());
                        self.together.extend(
                            list.ok().map(|list| list.into_iter().map(|path| path.within(module)).collect()),
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    fn declarations(&mut self, arguments: &Group, module: &[Ident]) {
        let trees: Vec<TokenTree> = arguments.stream().into_iter().collect();
        let mut at = 0;
        while at < trees.len() {
            let Ok(declaration) = Declaration::read(&trees, &mut at) else { return };
            let path = ItemPath(module.iter().chain([&declaration.name]).cloned().collect());
            let columns = declaration.column_names().cloned().collect();
            self.tables.push(FileTable { path, columns, key: key(declaration.body) });
        }
    }
}

/// What is in the parentheses between a table's name and its columns.
fn key(body: TokenStream) -> Vec<Ident> {
    let parentheses = body.into_iter().find_map(|tree| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => Some(group.stream()),
        _ => None,
    });
    idents(parentheses.unwrap_or_default())
}

impl ItemPath {
    /// As seen from the root, where it is written in `module`.
    fn within(self, module: &[Ident]) -> Self {
        let mut path = module.to_vec();
        for name in self.0 {
            if name == "super" {
                path.pop();
            } else if name != "self" {
                path.push(name);
            }
        }
        ItemPath(path)
    }

    pub(crate) fn name(&self) -> &Ident {
        // A path is parsed with one name at least.
        &self.0[self.0.len() - 1]
    }
}

impl std::fmt::Display for ItemPath {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.0.iter().map(Ident::to_string).collect();
        formatter.write_str(&names.join("::"))
    }
}

impl quote::ToTokens for ItemPath {
    fn to_tokens(&self, out: &mut TokenStream) {
        let names = &self.0;
        out.extend(quote::quote!(#(#names)::*));
    }
}

impl syn::parse::Parse for ItemPath {
    fn parse(input: syn::parse::ParseStream<'_>) -> syn::Result<Self> {
        let names = Punctuated::<Ident, Token![::]>::parse_separated_nonempty_with(input, Ident::parse_any)?;
        Ok(ItemPath(names.into_iter().collect()))
    }
}
