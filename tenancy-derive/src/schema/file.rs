//! The included file: read to see that no table in it escapes, and what its modules are.

use std::path::PathBuf;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::LitStr;
use syn::ext::IdentExt;

use crate::globals::Globals;
use crate::mistake::{Code, Mistakes};
use crate::table::{is_ident, is_punct};

const FILE: Code = Code("T0109");

/// A file whose every table is declared by the macro that stands in for Diesel's.
pub(crate) struct File {
    path: PathBuf,
    tokens: TokenStream,
    /// Whether a module of the file has tables, as the CLI writes them for a database schema.
    nested: bool,
}

impl File {
    /// Reads and checks the file that `include` names from the crate's folder; `None` after a mistake.
    pub(crate) fn read(include: &LitStr, globals: &Globals, mistakes: &mut Mistakes) -> Option<Self> {
        let folder = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
        let path = PathBuf::from(folder).join(include.value());
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) => {
                mistakes.add(
                    FILE,
                    include.span(),
                    format!("the schema file `{}` cannot be read: {error}", path.display()),
                    "name it from the folder of the crate's Cargo.toml, as in diesel.toml: `include = \"src/schema.rs\"`",
                );
                return None;
            }
        };
        let tokens: TokenStream = match text.parse() {
            Ok(tokens) => tokens,
            Err(error) => {
                mistakes.add(
                    FILE,
                    include.span(),
                    format!("the schema file is not Rust: {error}"),
                    "print it anew with `diesel print-schema`",
                );
                return None;
            }
        };
        let mut check = Check { include: include.span(), globals, mistakes, nested: false };
        check.module(tokens.clone(), 0);
        let nested = check.nested;
        Some(File { path, tokens, nested })
    }

    /// The file's items. Modules that have tables see the macro that stands in for Diesel's.
    pub(crate) fn into_items(self) -> TokenStream {
        let path = self.path.display().to_string();
        if !self.nested {
            // Errors then point into the file.
            return quote!(::core::include! { #path });
        }
        let items = with_imports(self.tokens, 0);
        quote! {
            // So that a change of the file is noticed.
            const _: &[u8] = ::core::include_bytes!(#path);
            #items
        }
    }
}

struct Check<'a> {
    include: Span,
    globals: &'a Globals,
    mistakes: &'a mut Mistakes,
    nested: bool,
}

impl Check<'_> {
    fn module(&mut self, tokens: TokenStream, depth: usize) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for at in 0..trees.len() {
            if let Some(name) = module_name(&trees, at) {
                match trees.get(at + 2) {
                    Some(TokenTree::Group(body)) => self.module(body.stream(), depth + 1),
                    _ => self.refuse(
                        format!("module `{name}` of the schema file is in another file, where nobody sees its tables"),
                        "include that file with a `schema!` of its own",
                    ),
                }
            } else if let TokenTree::Group(block) = &trees[at]
                && block.delimiter() == Delimiter::Brace
                && !follows_module_or_macro(&trees, at)
            {
                self.block(block.stream());
            } else if let Some((name, arguments)) = macro_call(&trees, at) {
                match name.as_str() {
                    "table" => self.table(&trees[..at], arguments, depth),
                    "joinable"
                    | "allow_tables_to_appear_in_same_query"
                    | "allow_columns_to_appear_in_same_group_by_clause" => {}
                    other => self.refuse(
                        format!("the schema file calls the macro `{other}!`, which could declare tables that nobody sees"),
                        "leave the file as the Diesel CLI printed it, and put other items beside `schema!`",
                    ),
                }
            }
        }
    }

    /// What is in braces and no module: nothing there is declared by us.
    fn block(&mut self, tokens: TokenStream) {
        let trees: Vec<TokenTree> = tokens.into_iter().collect();
        for at in 0..trees.len() {
            match &trees[at] {
                TokenTree::Group(group) => self.block(group.stream()),
                _ if macro_call(&trees, at).is_some() => self.refuse(
                    "the schema file calls a macro inside a block, where a table could be declared that nobody sees".to_owned(),
                    "leave the file as the Diesel CLI printed it, and put other items beside `schema!`",
                ),
                _ => {}
            }
        }
    }

    fn table(&mut self, before: &[TokenTree], declaration: &Group, depth: usize) {
        self.nested |= depth > 0;
        let (schema, name) = declared_name(declaration.stream());
        let Some(name) = name else { return };
        // Known, whatever is wrong with it.
        self.globals.find(schema.as_ref(), &name);
        let by_diesel = matches!(before, [.., diesel, one, two]
            if is_ident(diesel, "diesel") && is_punct(one, ':') && is_punct(two, ':'))
            && !matches!(before, [.., colon, _, _, _] if is_punct(colon, ':'));
        if !by_diesel {
            self.refuse(
                format!("table `{name}` of the schema file is not declared by `diesel::table!`, so it could not be scoped"),
                "write `diesel::table!`, as the Diesel CLI does since 2.0",
            );
        }
    }

    fn refuse(&mut self, message: String, fix: &str) {
        self.mistakes.add(FILE, self.include, message, fix);
    }
}

/// Whether the group at `at` is a module's body or a macro's arguments, which are looked at as such.
fn follows_module_or_macro(trees: &[TokenTree], at: usize) -> bool {
    let module = at.checked_sub(2).is_some_and(|start| module_name(trees, start).is_some());
    let call = at.checked_sub(1).is_some_and(|bang| is_punct(&trees[bang], '!'));
    module || call
}

/// The macro that is called at `at`, and what with. `macro_rules! name { … }` counts.
fn macro_call(trees: &[TokenTree], at: usize) -> Option<(String, &Group)> {
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
fn module_name(trees: &[TokenTree], at: usize) -> Option<&Ident> {
    match trees.get(at..at + 2)? {
        [keyword, TokenTree::Ident(name)] if is_ident(keyword, "mod") => Some(name),
        _ => None,
    }
}

/// The schema and the name that a declaration starts with, after its imports and attributes.
fn declared_name(declaration: TokenStream) -> (Option<Ident>, Option<Ident>) {
    let mut names: Vec<Ident> = Vec::new();
    let mut trees = declaration.into_iter();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Ident(keyword) if keyword == "use" => {
                trees.by_ref().find(|tree| is_punct(tree, ';'));
            }
            TokenTree::Ident(name) => names.push(name),
            TokenTree::Group(group) if group.delimiter() != Delimiter::Bracket => break,
            _ => {}
        }
    }
    let name = names.pop();
    (names.pop(), name)
}

fn with_imports(tokens: TokenStream, depth: usize) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = TokenStream::new();
    for (at, tree) in trees.iter().enumerate() {
        let module = at.checked_sub(2).and_then(|start| module_name(&trees, start));
        match (tree, module) {
            (TokenTree::Group(body), Some(_)) => {
                let supers = std::iter::repeat_n(quote!(super::), depth + 1);
                // Modules without tables keep Diesel: what the CLI derives there needs all of it.
                let import = has_table(body.stream()).then(|| {
                    quote! {
                        #[allow(unused_imports)]
                        use #(#supers)* __tenancy_diesel as diesel;
                    }
                });
                let items = with_imports(body.stream(), depth + 1);
                let mut group = Group::new(body.delimiter(), quote!(#import #items));
                group.set_span(body.span());
                out.extend([TokenTree::Group(group)]);
            }
            _ => out.extend([tree.clone()]),
        }
    }
    out
}

/// Whether the module itself, not one within it, declares a table.
fn has_table(body: TokenStream) -> bool {
    let trees: Vec<TokenTree> = body.into_iter().collect();
    (0..trees.len()).any(|at| macro_call(&trees, at).is_some_and(|(name, _)| name == "table"))
}
