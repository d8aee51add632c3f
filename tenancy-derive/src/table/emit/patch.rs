//! Takes the SQL away from a tenant table's bare type, and has a global table's tell that it is printed.

use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::Path;

use super::names::Names;
use super::{belonging, items, refusals};
use crate::ownership::{Ownership, Way};
use crate::table::parse::{Declared, Header, Item, Module};
use crate::tokens::{is_ident, is_punct, regrouped};

/// The module with every way to print or query the bare table removed, and the scoped items added.
pub(crate) fn tenant_module(
    mut module: Module,
    mut declared: Declared,
    ownership: &Ownership,
    column: &Ident,
    krate: &Path,
) -> TokenStream {
    // A column that holds the tenant is not to be assigned; one that refers to a parent is, and statements look after it.
    let tenant_column = matches!(ownership.way, Way::Column(_)).then_some(column);
    let names = Names::beside(&declared.columns);
    let mut column_items = std::mem::take(&mut declared.column_items);
    // Trees are moved, never copied: this runs unoptimized, for each table in each build.
    let (mut kept, mut added) = (Vec::new(), TokenStream::new());
    for mut item in std::mem::take(&mut module.items) {
        match &item.header {
            Header::Impl { of, on, .. } if on == "table" && refusals::REPLACED.contains(&of.as_str()) => {
                continue;
            }
            Header::TypeAlias(name) if name == "BoxedQuery" => continue,
            Header::Module(name) if name == "columns" => {
                if let Some(TokenTree::Group(body)) = item.tokens.pop() {
                    let columns =
                        columns_module(std::mem::take(&mut column_items), &declared, tenant_column, &names);
                    item.tokens.push(TokenTree::Group(regrouped(&body, columns)));
                }
            }
            Header::Struct => added.extend(query_id(&mut item)),
            _ => {}
        }
        kept.append(&mut item.tokens);
    }
    let mut body: TokenStream = kept.into_iter().collect();
    body.extend(added);
    let alias = belonging::owner_alias(&module.name, ownership);
    let owner = alias.as_ref().map(|(name, _)| name);
    body.extend(items::tenant_items(&declared, ownership, column, owner, krate, &names));
    let mut out = module.with_body(body);
    out.extend(alias.map(|(_, alias)| alias));
    out
}

/// The module with the global table's items added. What the table prints tells so: a tenant's transaction runs no table that
/// does not.
pub(crate) fn global_module(mut module: Module, declared: &Declared, krate: &Path) -> TokenStream {
    let mut items = std::mem::take(&mut module.items);
    items.retain(|item| !item.is_impl("StaticQueryFragment", "table"));
    let mut body: TokenStream = items.into_iter().flat_map(|item| item.tokens).collect();
    body.extend(items::global_items(declared, krate));
    module.with_body(body)
}

/// The columns print their table's name from the declaration instead of asking the table, and the tenant column stops
/// being one that can be assigned.
fn columns_module(
    items: Vec<Item>,
    declared: &Declared,
    tenant_column: Option<&Ident>,
    names: &Names,
) -> TokenStream {
    let tenant_name = tenant_column.map(Ident::to_string);
    let is_tenant = |on: &str| tenant_name.as_deref() == Some(on);
    let (mut kept, mut added) = (Vec::new(), TokenStream::new());
    for mut item in items {
        if let Header::Impl { of, argument, on } = &item.header {
            match of.as_str() {
                "QueryFragment" => {
                    added.extend(fragment(&item, on, declared, names));
                    continue;
                }
                "Column" | "SizeRestrictedColumn" if is_tenant(on) => {
                    refusals::restrict_column(&mut item, names);
                }
                // The other implementation, of `ValidGrouping<()>`, has no argument.
                "ValidGrouping" if is_tenant(on) && argument.is_some() => {
                    added.extend(tenant_column.map(|column| grouping(column, names)));
                    continue;
                }
                "IsContainedInGroupBy"
                    if argument.as_ref().is_some_and(|found| Some(found) == tenant_column) =>
                {
                    contain_grouped_tenant(&mut item, names);
                }
                // A column is no FROM clause: nothing asks whether `Only` or `Tablesample` of the table appears in it.
                "AppearsInFromClause" => continue,
                _ => {}
            }
        } else if item.header == Header::Struct {
            added.extend(query_id(&mut item));
        }
        kept.append(&mut item.tokens);
    }
    let mut patched: TokenStream = kept.into_iter().collect();
    patched.extend(added);
    patched
}

/// How a column is printed, or `*`: Diesel's way, with the table's name from its declaration.
// The parameter has Diesel's own name for it, which `table!` takes for no column.
fn fragment(item: &Item, on: &str, declared: &Declared, names: &Names) -> TokenStream {
    let span = item.tokens.first().map_or_else(Span::call_site, TokenTree::span);
    let column = declared.columns.iter().find(|column| column.name == on);
    let (name, print) = match column {
        Some(column) => {
            let (name, sql_name) = (&column.name, &column.sql_name);
            let print =
                quote_spanned!(span=> push_column::<super::table, DB>(__diesel_internal_out, #sql_name));
            (quote!(#name), print)
        }
        None => (
            quote_spanned!(span=> star),
            quote_spanned!(span=> push_star::<super::table, DB>(__diesel_internal_out)),
        ),
    };
    let tenancy = &names.tenancy;
    quote_spanned! {span=>
        impl<DB: diesel::backend::Backend> diesel::query_builder::QueryFragment<DB> for #name {
            fn walk_ast<'b>(
                &'b self,
                __diesel_internal_out: diesel::query_builder::AstPass<'_, 'b, DB>,
            ) -> diesel::result::QueryResult<()> {
                super::#tenancy::#print
            }
        }
    }
}

/// The tenant column in a GROUP BY: asked for by a name that Diesel takes for a column.
fn grouping(tenant_column: &Ident, names: &Names) -> TokenStream {
    let grouped = &names.grouped_tenant;
    quote! {
        impl<__GB> diesel::expression::ValidGrouping<__GB> for #tenant_column
        where
            __GB: diesel::expression::IsContainedInGroupBy<
                super::#grouped,
                Output = diesel::expression::is_contained_in_group_by::Yes,
            >,
        {
            type IsAggregate = diesel::expression::is_aggregate::Yes;
        }
    }
}

/// `IsContainedInGroupBy<tenant_column>` becomes that of what stands for the tenant column: nothing asks for the column
/// itself.
fn contain_grouped_tenant(item: &mut Item, names: &Names) {
    let argument = item.tokens.iter().position(|tree| is_punct(tree, '<')).map_or(0, |at| at + 1);
    let grouped = &names.grouped_tenant;
    item.tokens.splice(argument..=argument, quote!(super::#grouped));
}

/// Replaces `derive(QueryId)` on a struct by the implementation: Diesel's derive would parse the struct again, for each
/// column.
fn query_id(item: &mut Item) -> Option<TokenStream> {
    let name = match item.tokens.as_slice() {
        [.., TokenTree::Ident(name), _] => name.clone(),
        _ => return None,
    };
    let (at, attribute, derives) = item.tokens.iter().enumerate().find_map(|(at, tree)| match tree {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            match group.stream().into_iter().collect::<Vec<_>>().as_slice() {
                [TokenTree::Ident(derive), TokenTree::Group(derives)] if derive == "derive" => {
                    Some((at, group.clone(), derives.clone()))
                }
                _ => None,
            }
        }
        _ => None,
    })?;
    let listed: Vec<_> = derives.stream().into_iter().collect();
    let last = listed.iter().position(|tree| is_ident(tree, "QueryId"))?;
    // From the comma before it, or the start, to the one after it.
    let first = listed[..last].iter().rposition(|tree| is_punct(tree, ',')).map_or(0, |comma| comma + 1);
    let after = listed.get(last + 1).map_or(last, |_| last + 1);
    let kept =
        listed.iter().enumerate().filter(|(at, _)| !(first..=after).contains(at)).map(|(_, tree)| tree);
    let kept = TokenTree::Group(regrouped(&derives, kept.cloned().collect()));
    item.tokens[at] = TokenTree::Group(regrouped(&attribute, quote!(derive #kept)));
    Some(quote_spanned! {name.span()=>
        impl diesel::query_builder::QueryId for #name {
            type QueryId = Self;
        }
    })
}
