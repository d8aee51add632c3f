//! Tables: the two attributes that ride on `diesel::table!`, and the drop-in macro that places them.
//!
//! Stages: `parse` reads, `check` judges, `emit` writes.

mod check;
mod emit;
mod parse;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;

use self::parse::{Declared, GLOBAL, GlobalOptions, Module, SCOPED, SchemaOptions, ScopedOptions};
use crate::codes;
use crate::mistake::Mistakes;
use crate::tokens::flattened;

pub(crate) use self::parse::Declaration;

/// Expands `tenancy_diesel::table! { … }`.
pub(crate) fn expand_tables(input: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    // What a macro's variables leave behind would hide attributes and names.
    let trees: Vec<TokenTree> = flattened(input).into_iter().collect();
    let (schema, mut at) = SchemaOptions::read(&trees, &mut mistakes);
    let mut tables = TokenStream::new();
    while at < trees.len() {
        match Declaration::read(&trees, &mut at) {
            Ok(declaration) => {
                let owner = check::owner(&declaration, &schema, &mut mistakes);
                tables.extend(emit::declaration(&declaration, owner.as_ref()));
            }
            Err(span) => {
                mistakes.add(span, codes::not_a_declaration());
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

/// `#[tenant_scoped(column)]` on the module that `diesel::table!` expands to.
pub(crate) fn tenant_scoped(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let options = ScopedOptions::parse(arguments, &mut mistakes);
    let (module, declared) = match read(item, SCOPED, &mut mistakes) {
        Ok(read) => read,
        Err(item) => return with_item(mistakes, item),
    };
    match options.ownership(None) {
        Some(ownership) => {
            let column = check::ownership(&module.name, &declared, &ownership, &mut mistakes);
            if let (Some(column), true) = (column, mistakes.is_empty()) {
                mistakes.into_items();
                return emit::tenant_module(module, declared, &ownership, &column, &options.krate);
            }
        }
        None if mistakes.is_empty() => {
            mistakes.add(module.name.span(), codes::unnamed_column(&module.name));
        }
        None => {}
    }
    with_item(mistakes, module.into_tokens())
}

/// `#[tenant_global]` on the module that `diesel::table!` expands to.
pub(crate) fn tenant_global(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut mistakes = Mistakes::default();
    let options = GlobalOptions::parse(arguments, &mut mistakes);
    let (module, declared) = match read(item, GLOBAL, &mut mistakes) {
        Ok(read) => read,
        Err(item) => return with_item(mistakes, item),
    };
    check::reason(&module, &declared, &options, &mut mistakes);
    if !mistakes.is_empty() {
        return with_item(mistakes, module.into_tokens());
    }
    mistakes.into_items();
    emit::global_module(module, &declared, &options.krate)
}

/// The table that `attribute` stands on; or, after a mistake that leaves none, what stands in its place.
fn read(
    item: TokenStream,
    attribute: &str,
    mistakes: &mut Mistakes,
) -> Result<(Module, Declared), TokenStream> {
    let mut module = Module::split(item).inspect_err(|item| {
        let first = item.clone().into_iter().next();
        mistakes.add(first.map_or_else(Span::call_site, |tree| tree.span()), codes::not_a_table(attribute));
    })?;
    let Some(declared) = Declared::read(&module) else {
        mistakes.add(module.name.span(), codes::not_a_table(attribute));
        return Err(module.into_tokens());
    };
    if check::no_second(attribute, &mut module, mistakes) {
        Ok((module, declared))
    } else {
        Err(module.into_tokens())
    }
}

/// The mistakes, and the item as it was, so that one mistake is not followed by an error for each use.
fn with_item(mistakes: Mistakes, item: TokenStream) -> TokenStream {
    let mistakes = mistakes.into_items();
    quote!(#mistakes #item)
}
