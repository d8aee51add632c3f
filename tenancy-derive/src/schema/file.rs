//! The included file, and what its modules import.

use std::path::PathBuf;

use proc_macro2::{Group, Ident, LexError, Span, TokenStream, TokenTree};
use quote::quote;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::codes;
use crate::mistake::Mistakes;
use crate::tokens::{idents, is_ident, is_punct, regrouped};

/// The macros that the file may call.
pub(crate) const OF_DIESEL: [&str; 4] = [
    "table",
    "joinable",
    "allow_tables_to_appear_in_same_query",
    "allow_columns_to_appear_in_same_group_by_clause",
];

pub(crate) struct File {
    path: PathBuf,
    /// Where it is named.
    pub(crate) include: Span,
    pub(crate) tokens: TokenStream,
}

impl File {
    /// Reads the file that `include` names from the crate's folder; `None` after a mistake.
    pub(crate) fn read(include: &LitStr, mistakes: &mut Mistakes) -> Option<Self> {
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let path = PathBuf::from(folder).join(include.value());
        let include = include.span();
        let text = std::fs::read_to_string(&path)
            .map_err(|error| mistakes.add(include, codes::unreadable(&path, &error)))
            .ok()?;
        let tokens =
            text.parse().map_err(|error: LexError| mistakes.add(include, codes::not_rust(&error))).ok()?;
        Some(File { path, include, tokens })
    }

    /// `name`, or one like it, that stands nowhere in the file.
    pub(crate) fn free_name(&self, name: &str) -> Ident {
        let taken = idents(self.tokens.clone());
        let mut name = Ident::new(name, Span::call_site());
        while taken.contains(&name) {
            name = quote::format_ident!("{name}_");
        }
        name
    }

    /// The file's items. Modules that have tables see the module `diesel`, whose macros stand in for Diesel's, and a macro
    /// that is called without a path is that of this module, whatever the file imports by its name.
    pub(crate) fn into_items(self, diesel: &Ident) -> TokenStream {
        let path = self.path.display().to_string();
        match patched(self.tokens, diesel, 0) {
            Some(items) => quote! {
                // So that a change of the file is noticed.
                const _: &[u8] = ::core::include_bytes!(#path);
                #items
            },
            // Errors then point into the file.
            None => quote!(::core::include! { #path }),
        }
    }
}

/// The macro that is called at `at`, and what with. `macro_rules! name { … }` counts.
pub(crate) fn macro_call(trees: &[TokenTree], at: usize) -> Option<(String, &Group)> {
    let TokenTree::Ident(name) = trees.get(at)? else { return None };
    if !is_punct(trees.get(at + 1)?, '!') {
        return None;
    }
    let arguments = trees[at + 2..].iter().find_map(|tree| match tree {
        TokenTree::Group(group) => Some(group),
        _ => None,
    })?;
    Some((name.unraw().to_string(), arguments))
}

/// The name of the module whose `mod` stands at `at`.
pub(crate) fn module_name(trees: &[TokenTree], at: usize) -> Option<&Ident> {
    match trees.get(at..at + 2)? {
        [keyword, TokenTree::Ident(name)] if is_ident(keyword, "mod") => Some(name),
        _ => None,
    }
}

/// Whether no path stands before the macro's name at `at`.
pub(crate) fn is_bare(trees: &[TokenTree], at: usize) -> bool {
    at.checked_sub(1).is_none_or(|before| !is_punct(&trees[before], ':'))
}

/// The items, with an import in each module that has tables, as the CLI writes them for a database schema, and with
/// `diesel::` before each macro that has no path; `None` when there is neither.
fn patched(tokens: TokenStream, diesel: &Ident, depth: usize) -> Option<TokenStream> {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let (mut items, mut is_patched) = (TokenStream::new(), false);
    for (at, tree) in trees.iter().enumerate() {
        if is_bare(&trees, at) && macro_call(&trees, at).is_some_and(|(name, _)| OF_DIESEL.contains(&&*name))
        {
            items.extend(quote!(diesel::));
            is_patched = true;
        }
        let module = at.checked_sub(2).and_then(|start| module_name(&trees, start));
        match (tree, module) {
            (TokenTree::Group(body), Some(_)) => {
                let supers = std::iter::repeat_n(quote!(super::), depth + 1);
                // Modules without tables keep Diesel: what the CLI derives there needs all of it.
                let import = has_table(body.stream()).then(|| {
                    quote! {
                        #[allow(unused_imports)]
                        use #(#supers)* #diesel as diesel;
                    }
                });
                let within = patched(body.stream(), diesel, depth + 1);
                is_patched |= import.is_some() || within.is_some();
                let within = within.unwrap_or_else(|| body.stream());
                items.extend([TokenTree::Group(regrouped(body, quote!(#import #within)))]);
            }
            _ => items.extend([tree.clone()]),
        }
    }
    is_patched.then_some(items)
}

/// Whether the module itself, not one within it, declares a table.
fn has_table(body: TokenStream) -> bool {
    let trees: Vec<TokenTree> = body.into_iter().collect();
    (0..trees.len()).any(|at| macro_call(&trees, at).is_some_and(|(name, _)| name == "table"))
}
