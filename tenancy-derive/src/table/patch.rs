//! Takes the SQL away from a tenant table's bare type.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

use super::columns::Declared;
use super::expansion::{Header, Item, Module, is_ident, is_punct, split_items};
use super::refusals;

/// The module with every way to print or query the bare table removed, ready for the scoped items to be added.
pub(crate) fn tenant_module(
    module: &Module,
    declared: &Declared,
    tenant_column: &Ident,
    krate: &TokenStream,
) -> TokenStream {
    let mut body = TokenStream::new();
    for item in &module.items {
        match &item.header {
            Header::Impl { of, on } if on == "table" || on == "&table" => {
                match refusals::replacement(of, on, krate) {
                    Some(tokens) => body.extend(tokens),
                    None => item.to_tokens(&mut body),
                }
            }
            Header::TypeAlias(name) if name == "BoxedQuery" => body.extend(boxed_query(krate)),
            Header::Module(name) if name == "columns" => {
                body.extend(columns_module(item, tenant_column, krate));
            }
            _ => item.to_tokens(&mut body),
        }
    }
    body.extend(super::emit::tenant_items(declared, tenant_column, krate));
    module.with_body(body)
}

fn boxed_query(krate: &TokenStream) -> TokenStream {
    quote! {
        /// A boxed query on this table, within one tenant.
        pub type BoxedQuery<'a, DB, ST = SqlType, I = #krate::TenantId, B = #krate::Unbranded> =
            diesel::internal::table_macro::BoxedSelectStatement<
                'a,
                ST,
                diesel::internal::table_macro::FromClause<
                    #krate::ScopedTable<table, #krate::Within<I, B>>,
                >,
                DB,
            >;
    }
}

/// The columns print their table's name from the declaration instead of asking the table, and the tenant column stops
/// being one that can be assigned.
fn columns_module(item: &Item, tenant_column: &Ident, krate: &TokenStream) -> TokenStream {
    let Some(body) = item.body() else { return item.to_token_stream() };
    let tenant_column = tenant_column.to_string();
    let mut patched = TokenStream::new();
    for column_item in split_items(body.stream()) {
        match &column_item.header {
            Header::Impl { of, .. } if of == "QueryFragment" => {
                patched.extend(with_column_prefix(column_item.to_token_stream(), krate));
            }
            Header::Impl { of, on } if of == "Column" && *on == tenant_column => {
                patched.extend(refusals::column_impl(&column_item, krate));
            }
            // The other implementation, of `ValidGrouping<()>`, has no parameter.
            Header::Impl { of, on }
                if of == "ValidGrouping"
                    && *on == tenant_column
                    && column_item.tokens.iter().any(|tree| is_ident(tree, "__GB")) =>
            {
                patched.extend(grouping(&format_ident!("{tenant_column}")));
            }
            _ => column_item.to_tokens(&mut patched),
        }
    }
    let mut tokens: Vec<TokenTree> = item.tokens.clone();
    tokens.pop();
    let mut group = Group::new(body.delimiter(), patched);
    group.set_span(body.span());
    tokens.push(TokenTree::Group(group));
    tokens.into_iter().collect()
}

/// The tenant column in a GROUP BY: asked for by a name that Diesel takes for a column.
fn grouping(tenant_column: &Ident) -> TokenStream {
    quote! {
        impl<__GB> diesel::expression::ValidGrouping<__GB> for #tenant_column
        where
            __GB: diesel::expression::IsContainedInGroupBy<
                super::__GroupedTenant,
                Output = diesel::expression::is_contained_in_group_by::Yes,
            >,
        {
            type IsAggregate = diesel::expression::is_aggregate::Yes;
        }
    }
}

/// Replaces `diesel::internal::table_macro::StaticQueryFragmentInstance<table>` and
/// `<table as diesel::QuerySource>::FromClause` by a fragment that prints the name columns are qualified with.
fn with_column_prefix(tokens: TokenStream, krate: &TokenStream) -> TokenStream {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    let mut out = TokenStream::new();
    let mut at = 0;
    while at < trees.len() {
        if let Some(after) =
            matches_text(&trees, at, &STATIC_FRAGMENT).or_else(|| matches_text(&trees, at, &FROM_CLAUSE))
        {
            // In Diesel's constant the path stands bare before `::new()`.
            at = matches_text(&trees, after, &["<", "table", ">"]).unwrap_or(after);
            out.extend(quote!(#krate::__private::ColumnPrefix::<super::table>));
            continue;
        }
        if let Some(after) = dot_at(&trees, at) {
            at = after;
            continue;
        }
        match &trees[at] {
            TokenTree::Group(group) => {
                let mut inner = Group::new(group.delimiter(), with_column_prefix(group.stream(), krate));
                inner.set_span(group.span());
                out.extend([TokenTree::Group(inner)]);
            }
            tree => out.extend([tree.clone()]),
        }
        at += 1;
    }
    out
}

const STATIC_FRAGMENT: [&str; 10] =
    ["diesel", ":", ":", "internal", ":", ":", "table_macro", ":", ":", "StaticQueryFragmentInstance"];

const FROM_CLAUSE: [&str; 11] =
    ["<", "table", "as", "diesel", ":", ":", "QuerySource", ">", ":", ":", "FromClause"];

/// The index after `out.push_sql(".");`, when it stands at `at`: the prefix prints the dot itself.
fn dot_at(trees: &[TokenTree], at: usize) -> Option<usize> {
    let [_, _, _, TokenTree::Group(arguments), end] = trees.get(at..at + 5)? else { return None };
    let called = matches_text(trees, at, &["__diesel_internal_out", ".", "push_sql"]).is_some();
    (called && arguments.stream().to_string() == "\".\"" && is_punct(end, ';')).then_some(at + 5)
}

/// The index after `pattern`, when it stands at `at`.
fn matches_text(trees: &[TokenTree], at: usize, pattern: &[&str]) -> Option<usize> {
    let window = trees.get(at..at + pattern.len())?;
    let same = window.iter().zip(pattern).all(|(tree, text)| match text.as_bytes() {
        [punct @ (b':' | b'<' | b'>' | b'.')] => is_punct(tree, *punct as char),
        _ => is_ident(tree, text),
    });
    same.then_some(at + pattern.len())
}
