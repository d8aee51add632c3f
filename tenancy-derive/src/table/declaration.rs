//! `tenancy_diesel::table!`: Diesel's table declarations, each owned by a tenant or declared global.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::expansion::{is_ident, is_punct};
use super::{GlobalOptions, NO_COLUMN, REASON, ScopedOptions};
use crate::globals::{Global, Globals};
use crate::mistake::{Code, Mistakes};

const SYNTAX: Code = Code("T0103");
const CONTRADICTION: Code = Code("T0106");

/// One `name (key) { columns }` with what stands before it.
struct Declaration {
    uses: TokenStream,
    attributes: Vec<Attribute>,
    schema: Option<Ident>,
    name: Ident,
    /// From the (possibly qualified) name to the brace group.
    body: TokenStream,
    columns: Vec<NamedColumn>,
}

struct NamedColumn {
    name: Ident,
    sql_name: Option<String>,
}

struct Attribute {
    name: String,
    name_span: proc_macro2::Span,
    arguments: TokenStream,
    tokens: TokenStream,
}

/// What the whole schema says: `#![tenant_column(…)]`, `#![tenant_global(…)]`.
struct Schema {
    column: Ident,
    globals: Globals,
    /// Whether each global is to be one of the tables here. `schema!` passes its tables one by one, and looks itself.
    complete: bool,
}

/// Expands `tenancy_diesel::table! { … }`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    // What a macro's variables leave behind would hide attributes and names.
    let trees: Vec<TokenTree> = super::expansion::flattened(input).into_iter().collect();
    let (schema, start) = schema_options(&trees, &mut mistakes);
    let mut tables = TokenStream::new();
    let mut at = start;
    while at < trees.len() {
        match declaration(&trees, &mut at) {
            Ok(declaration) => tables.extend(one_table(&declaration, &schema, &mut mistakes)),
            Err(span) => {
                mistakes.add(
                    SYNTAX,
                    span,
                    "this is not a table declaration",
                    "write it as for `diesel::table!`: `name (key) { column -> Type, … }`",
                );
                break;
            }
        }
    }
    if schema.complete {
        schema.globals.report_unknown("this `table!`", &mut mistakes);
    }
    let mistakes = mistakes.into_items();
    quote!(#mistakes #tables)
}

/// Reads `#![…]` at the start; the index after them.
fn schema_options(trees: &[TokenTree], mistakes: &mut Mistakes) -> (Schema, usize) {
    let column = Ident::new("tenant_id", proc_macro2::Span::call_site());
    let mut schema = Schema { column, globals: Globals::default(), complete: true };
    let mut column_given = false;
    let mut at = 0;
    while let Some([pound, bang, TokenTree::Group(group)]) = trees.get(at..at + 3) {
        if !(is_punct(pound, '#') && is_punct(bang, '!')) {
            break;
        }
        at += 3;
        let Some(attribute) = attribute(group, TokenStream::new()) else { continue };
        match attribute.name.as_str() {
            name @ ("tenant_column" | "tenant_global") if attribute.arguments.is_empty() => {
                let (what, example) = match name {
                    "tenant_column" => ("column", "tenant_column(tenant_id)"),
                    _ => ("table", "tenant_global(plans)"),
                };
                mistakes.add(
                    SYNTAX,
                    attribute.name_span,
                    format!("`{name}` names no {what}"),
                    format!("write `#![{example}]`"),
                );
            }
            "tenant_column" => match syn::parse2::<Ident>(attribute.arguments) {
                Ok(_) if std::mem::replace(&mut column_given, true) => {
                    mistakes.add(
                        Code("T0104"),
                        attribute.name_span,
                        "`tenant_column` is given twice",
                        "keep one of them",
                    );
                }
                Ok(column) => schema.column = column,
                Err(error) => mistakes.syntax(SYNTAX, &error, "write `#![tenant_column(tenant_id)]`"),
            },
            name @ ("tenant_global" | "tenant_global_of_schema") => {
                schema.complete &= name == "tenant_global";
                match Punctuated::<Global, Token![,]>::parse_terminated.parse2(attribute.arguments) {
                    Ok(list) => schema.globals.extend(list, mistakes),
                    Err(error) => mistakes.syntax(
                        SYNTAX,
                        &error,
                        "write `#![tenant_global(plans, memberships = \"a reason\")]`",
                    ),
                }
            }
            other => mistakes.add(
                SYNTAX,
                attribute.name_span,
                format!("`table!` has no option `{other}`"),
                "the options are `#![tenant_column(name)]` and `#![tenant_global(table, …)]`",
            ),
        }
    }
    (schema, at)
}

fn attribute(group: &Group, tokens: TokenStream) -> Option<Attribute> {
    let trees: Vec<TokenTree> = group.stream().into_iter().collect();
    let last = trees
        .iter()
        .take_while(|tree| matches!(tree, TokenTree::Ident(_) | TokenTree::Punct(_)) && !is_punct(tree, '='))
        .fold(None, |found, tree| match tree {
            TokenTree::Ident(ident) => Some(ident.clone()),
            _ => found,
        })?;
    let arguments = match trees.last() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => group.stream(),
        _ => TokenStream::new(),
    };
    Some(Attribute { name: last.to_string(), name_span: last.span(), arguments, tokens })
}

/// Reads one declaration from `at`; on failure, the span where it stops being one.
fn declaration(trees: &[TokenTree], at: &mut usize) -> Result<Declaration, proc_macro2::Span> {
    let start = *at;
    let fail = |at: usize| {
        trees.get(at).or(trees.get(start)).map_or_else(proc_macro2::Span::call_site, TokenTree::span)
    };
    let mut uses = TokenStream::new();
    while trees.get(*at).is_some_and(|tree| is_ident(tree, "use")) {
        let end = trees[*at..].iter().position(|tree| is_punct(tree, ';')).ok_or_else(|| fail(start))?;
        uses.extend(trees[*at..=*at + end].iter().cloned());
        *at += end + 1;
    }
    let mut attributes = Vec::new();
    while let Some([pound, TokenTree::Group(group)]) = trees.get(*at..*at + 2) {
        if !is_punct(pound, '#') {
            break;
        }
        let tokens = [pound.clone(), TokenTree::Group(group.clone())].into_iter().collect();
        attributes.push(attribute(group, tokens).ok_or_else(|| group.span())?);
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
                let Some(name) = name else { return Err(fail(body_start)) };
                let body = trees[body_start..*at].iter().cloned().collect();
                return Ok(Declaration { uses, attributes, schema, name, body, columns: columns(group) });
            }
            other => return Err(other.span()),
        }
    }
    Err(fail(body_start))
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
            TokenTree::Ident(name) if super::expansion::is_arrow(&trees, at + 1) => {
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
        [name, equals, TokenTree::Literal(literal)]
            if is_ident(name, "sql_name") && is_punct(equals, '=') =>
        {
            Some(literal.to_string().trim_matches('"').to_owned())
        }
        _ => None,
    }
}

impl NamedColumn {
    /// Whether this is the column that `name` means, by its Rust name or by its name in the database.
    fn is(&self, name: &Ident) -> bool {
        let wanted = name.unraw().to_string();
        self.name.unraw() == wanted
            || self.sql_name.as_ref().is_some_and(|sql_name| sql_name.eq_ignore_ascii_case(&wanted))
    }
}

fn one_table(declaration: &Declaration, schema: &Schema, mistakes: &mut Mistakes) -> TokenStream {
    let Declaration { uses, attributes, body, .. } = declaration;
    let kept = attributes
        .iter()
        .filter(|attribute| !matches!(attribute.name.as_str(), "tenant_scoped" | "tenant_global"))
        .map(|attribute| &attribute.tokens);
    let owner = owner(declaration, schema, mistakes).unwrap_or_default();
    quote! { ::diesel::table! { #uses #owner #(#kept)* #body } }
}

/// The attribute that the table gets; `None` after a mistake.
fn owner(declaration: &Declaration, schema: &Schema, mistakes: &mut Mistakes) -> Option<TokenStream> {
    let name = &declaration.name;
    let find = |attribute: &str| declaration.attributes.iter().find(|found| found.name == attribute);
    for attribute in ["tenant_scoped", "tenant_global"] {
        let repeated = declaration.attributes.iter().filter(|found| found.name == attribute).nth(1);
        if let Some(repeated) = repeated {
            mistakes.add(
                Code("T0104"),
                repeated.name_span,
                format!("table `{name}` has `{attribute}` twice"),
                "keep one of them",
            );
            return None;
        }
    }
    let (scoped, global) = (find("tenant_scoped"), find("tenant_global"));
    let listed = schema.globals.find(declaration.schema.as_ref(), name);
    if let (Some(_), Some(span)) =
        (scoped, global.map(|global| global.name_span).or(listed.map(Global::span)))
    {
        mistakes.add(
            CONTRADICTION,
            span,
            format!("table `{name}` is declared both tenant-scoped and global"),
            "keep one of the two declarations",
        );
        return None;
    }
    let options =
        ScopedOptions::parse(scoped.map(|given| given.arguments.clone()).unwrap_or_default(), mistakes);
    let column = options.column.unwrap_or_else(|| schema.column.clone());
    let tenant_column = declaration.columns.iter().find(|found| found.is(&column));
    let has_column = tenant_column.is_some();
    if scoped.is_some() || (global.is_none() && listed.is_none() && has_column) {
        let krate = options.krate.to_token_stream();
        // At the declaration's own span when it was not written out: complaints then point at the table.
        let column = match (scoped, tenant_column) {
            (None, Some(found)) => {
                let mut column = found.name.clone();
                column.set_span(name.span());
                column
            }
            _ => column,
        };
        return Some(quote!(#[#krate::tenant_scoped(#column, crate = #krate)]));
    }
    if global.is_none() && listed.is_none() {
        mistakes.add(
            NO_COLUMN,
            name.span(),
            format!("table `{name}` has no tenant column `{column}` and is not declared global"),
            format!(
                "add the column; or, if every tenant may see its rows, put `#[tenant_global]` on the table \
                 (or `{name}` into the schema's list of globals)"
            ),
        );
        return None;
    }
    let options = match (global, listed) {
        (Some(attribute), _) => GlobalOptions::parse(attribute.arguments.clone(), mistakes),
        (None, listed) => {
            let mut options = GlobalOptions::parse(TokenStream::new(), mistakes);
            options.reason = listed.and_then(|listed| listed.reason.clone());
            options
        }
    };
    if has_column && options.reason.is_none() {
        mistakes.add(
            REASON,
            global.map_or(name.span(), |global| global.name_span),
            format!("table `{name}` is declared global without a reason, and has the tenant column `{column}`"),
            "drop the declaration, so that the table is tenant-scoped; or say why every tenant may see its rows: \
             `#[tenant_global(reason = \"…\")]`",
        );
        return None;
    }
    let krate = options.krate.to_token_stream();
    let arguments = options.to_arguments();
    Some(quote!(#[#krate::tenant_global #arguments]))
}
