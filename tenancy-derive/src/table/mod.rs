//! Tables: the two attributes that ride on `diesel::table!`, and the drop-in macro that places them.

mod columns;
mod declaration;
mod emit;
mod expansion;
mod options;
mod patch;
mod refusals;

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};

use self::columns::Declared;
use self::expansion::Module;
use self::options::{GlobalOptions, ScopedOptions};
use crate::mistake::{Code, Mistakes};

pub(crate) use self::declaration::expand as expand_tables;
pub(crate) use self::expansion::{is_ident, is_punct};

const NO_COLUMN: Code = Code("T0101");
const NULLABLE: Code = Code("T0102");
const NOT_A_TABLE: Code = Code("T0105");
const REASON: Code = Code("T0107");
const TWICE: Code = Code("T0108");
const ON_A_TABLE: &str = "put the attribute on a table inside `diesel::table!`";

/// `#[tenant_scoped(column)]` on the module that `diesel::table!` expands to.
pub(crate) fn tenant_scoped(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let options = ScopedOptions::parse(arguments, &mut mistakes);
    let krate = options.krate.to_token_stream();
    let Some((module, declared)) = read(item.clone(), "tenant_scoped", &mut mistakes) else {
        return with_item(mistakes, item);
    };
    let Some(column) = options.column else {
        if mistakes.is_empty() {
            mistakes.add(
                NO_COLUMN,
                module.name.span(),
                format!("`tenant_scoped` on table `{}` does not name the tenant column", module.name),
                "write `#[tenant_scoped(tenant_id)]`",
            );
        }
        return with_item(mistakes, item);
    };
    match declared.column(&column) {
        None => {
            let names: Vec<_> = declared.columns.iter().map(|column| column.name.to_string()).collect();
            mistakes.add(
                NO_COLUMN,
                column.span(),
                format!("table `{}` has no column `{column}`", module.name),
                format!("name one of its columns: {}", names.join(", ")),
            );
        }
        Some(declared) if declared.is_nullable() => mistakes.add(
            NULLABLE,
            declared.name.span(),
            format!(
                "the tenant column `{}.{column}` is nullable: a row without a tenant belongs to nobody",
                module.name
            ),
            "make the column NOT NULL; or declare the table global, with a reason",
        ),
        Some(tenant) => {
            let again =
                declared.columns.iter().filter(|other| other.name != tenant.name && other.is_called(tenant));
            for other in again {
                mistakes.add(
                    TWICE,
                    other.name.span(),
                    format!("`{}.{}` is the tenant column `{column}` once more", module.name, other.name),
                    "drop it: by this name the column could be assigned",
                );
            }
        }
    }
    if !mistakes.is_empty() {
        return with_item(mistakes, item);
    }
    mistakes.into_items();
    patch::tenant_module(module, declared, &column, &krate)
}

/// `#[tenant_global]` on the module that `diesel::table!` expands to.
pub(crate) fn tenant_global(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let options = GlobalOptions::parse(arguments, &mut mistakes);
    let krate = options.krate.to_token_stream();
    let Some((module, declared)) = read(item.clone(), "tenant_global", &mut mistakes) else {
        return with_item(mistakes, item);
    };
    check_reason(&options, &mut mistakes);
    // `table!` asks by the column that the schema says; placed by hand, the attribute knows only the usual name.
    let usual = declared.columns.iter().find(|column| column.name == "tenant_id");
    if let (Some(column), None) = (usual, &options.reason) {
        mistakes.add(
            REASON,
            column.name.span(),
            format!(
                "table `{}` is declared global without a reason, and has the column `tenant_id`",
                module.name
            ),
            "put `#[tenant_scoped(tenant_id)]` on it; or say why every tenant may see its rows: \
             `#[tenant_global(reason = \"…\")]`",
        );
    }
    if !mistakes.is_empty() {
        return with_item(mistakes, item);
    }
    mistakes.into_items();
    module.with_items(emit::global_items(&declared, &krate))
}

/// An empty reason is none.
fn check_reason(options: &GlobalOptions, mistakes: &mut Mistakes) {
    if let Some(reason) = &options.reason
        && reason.value().trim().is_empty()
    {
        mistakes.add(
            REASON,
            reason.span(),
            "the reason is empty",
            "say why every tenant may see this table's rows",
        );
    }
}

fn read(item: TokenStream, attribute: &str, mistakes: &mut Mistakes) -> Option<(Module, Declared)> {
    let read = Module::split(item).map_err(first_span).and_then(|module| match Declared::read(&module) {
        Some(declared) => Ok((module, declared)),
        None => Err(module.name.span()),
    });
    match read {
        Ok(read) => Some(read),
        Err(span) => {
            mistakes.add(
                NOT_A_TABLE,
                span,
                format!("`{attribute}` is not on a table of `diesel::table!`"),
                ON_A_TABLE,
            );
            None
        }
    }
}

fn first_span(tokens: TokenStream) -> Span {
    tokens.into_iter().next().map_or_else(Span::call_site, |tree| tree.span())
}

/// The mistakes, and the item as it was, so that one mistake is not followed by an error for each use.
fn with_item(mistakes: Mistakes, item: TokenStream) -> TokenStream {
    let mistakes = mistakes.into_items();
    quote!(#mistakes #item)
}
