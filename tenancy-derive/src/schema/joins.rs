//! `joins = [canvases -> agents (agent_id)]`: what the CLI leaves out of its file because the foreign key is of two columns.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Token, parenthesized};

use super::contents::{Contents, FileTable, ItemPath};
use crate::codes;
use crate::mistake::Mistakes;

/// What `joinable!` is given: `child -> parent (foreign_key)`.
pub(crate) struct Join {
    pub(crate) child: ItemPath,
    pub(crate) parent: ItemPath,
    pub(crate) foreign_key: Ident,
}

impl Parse for Join {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let child = input.parse()?;
        input.parse::<Token![->]>()?;
        let parent = input.parse()?;
        let foreign_key;
        parenthesized!(foreign_key in input);
        Ok(Join { child, parent, foreign_key: foreign_key.parse()? })
    }
}

impl ToTokens for Join {
    fn to_tokens(&self, out: &mut TokenStream) {
        let Join { child, parent, foreign_key } = self;
        out.extend(quote!(#child -> #parent (#foreign_key)));
    }
}

/// The joins that can be declared, in the order in which they are listed. `tenants` are columns that hold a tenant.
pub(crate) fn checked(
    list: Punctuated<Join, Token![,]>,
    contents: &Contents,
    tenants: &[Ident],
    mistakes: &mut Mistakes,
) -> Vec<Join> {
    let mut checked: Vec<Join> = Vec::new();
    for join in list {
        let pair = unordered(&join.child, &join.parent);
        let is_this = |child, parent| unordered(child, parent) == pair;
        let by_the_file = contents.joined.iter().any(|[child, parent]| is_this(child, parent));
        let Some(child) = known(&join.child, contents, mistakes) else { continue };
        let Some(parent) = known(&join.parent, contents, mistakes) else { continue };
        let child = child.columns.as_slice();
        let key: Vec<_> = parent.key.iter().filter(|column| !tenants.contains(column)).collect();
        if join.child == join.parent {
            mistakes.add(join.parent.name().span(), codes::joined_with_itself(&join.parent));
        } else if by_the_file || checked.iter().any(|other| is_this(&other.child, &other.parent)) {
            mistakes
                .add(join.child.name().span(), codes::joined_twice(&join.child, &join.parent, by_the_file));
        } else if !child.contains(&join.foreign_key) {
            mistakes
                .add(join.foreign_key.span(), codes::no_foreign_key(&join.child, &join.foreign_key, child));
        } else if key.len() > 1 {
            mistakes.add(join.parent.name().span(), codes::wide_key(&join.parent, &key));
        } else {
            checked.push(join);
        }
    }
    checked
}

/// A table that the file has.
fn known<'a>(path: &ItemPath, contents: &'a Contents, mistakes: &mut Mistakes) -> Option<&'a FileTable> {
    let table = contents.table(path);
    if table.is_none() {
        // The same table in another module of the file is what is meant, more often than not.
        let meant = contents.tables.iter().find(|table| table.path.name() == path.name());
        mistakes.add(path.name().span(), codes::unknown_joined(path, meant.map(|table| &table.path)));
    }
    table
}

/// The declarations: the joins, and that those tables may stand in one query which the file does not let.
pub(crate) fn declarations(joins: &[Join], contents: &Contents) -> TokenStream {
    let joinable = joins
        .iter()
        .map(|join| quote_spanned!(join.child.name().span()=> ::tenancy_diesel::joinable!(#join);));
    let pairs = left_out(joins, contents);
    if pairs.is_empty() {
        return quote!(#(#joinable)*);
    }
    let tables: BTreeSet<&ItemPath> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    let tables: Vec<_> = tables.into_iter().collect();
    // Diesel's macro takes names without a path, and tables of two modules may have the same.
    let name = |path: &&ItemPath| {
        format_ident!("table_{}", tables.iter().position(|table| table == path).unwrap_or_default())
    };
    let names = tables.iter().map(name);
    let pairs = pairs
        .iter()
        .map(|(one, other)| [name(one), name(other)])
        .map(|[one, other]| quote!(::diesel::allow_tables_to_appear_in_same_query!(#one, #other);));
    quote! {
        #(#joinable)*
        const _: () = {
            #(use self::#tables as #names;)*
            #(#pairs)*
        };
    }
}

/// The pairs of tables that are joined with each other, directly or by way of others, and that the file allows in no one query.
///
/// The CLI lists all tables of a module together, unless it is told to list those that a foreign key connects; it takes that
/// from the joins that it prints.
fn left_out<'a>(joins: &'a [Join], contents: &'a Contents) -> BTreeSet<(&'a ItemPath, &'a ItemPath)> {
    let of_the_file = contents.joined.iter().map(|[child, parent]| (child, parent));
    let all: Vec<_> = joins.iter().map(|join| (&join.child, &join.parent)).chain(of_the_file).collect();
    let mut pairs = BTreeSet::new();
    for join in joins {
        let mut connected = BTreeSet::from([&join.child]);
        loop {
            let before = connected.len();
            for (one, other) in &all {
                if connected.contains(one) || connected.contains(other) {
                    connected.extend([*one, *other]);
                }
            }
            if connected.len() == before {
                break;
            }
        }
        for one in &connected {
            pairs.extend(connected.iter().filter(|other| one < *other).map(|other| (*one, *other)));
        }
    }
    let is_allowed = |(one, other): &(&ItemPath, &ItemPath)| {
        contents.together.iter().any(|list| list.contains(one) && list.contains(other))
    };
    pairs.retain(|pair| !is_allowed(pair));
    pairs
}

fn unordered<'a>(one: &'a ItemPath, other: &'a ItemPath) -> [&'a ItemPath; 2] {
    if one <= other { [one, other] } else { [other, one] }
}
