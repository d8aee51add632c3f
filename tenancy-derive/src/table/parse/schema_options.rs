//! What `tenancy_diesel::table!` says of all its tables: `#![tenant_column(…)]`, `#![tenant_global(…)]`.

use proc_macro2::TokenTree;
use syn::Token;
use syn::parse::Parser;
use syn::punctuated::Punctuated;

use super::GLOBAL;
use super::attribute::Attribute;
use crate::codes::{self, Place};
use crate::listed::{Global, Listed, Scoped};
use crate::mistake::Mistakes;
use crate::tenant_column::TenantColumn;

pub(crate) struct SchemaOptions {
    pub(crate) column: TenantColumn,
    pub(crate) scoped: Listed<Scoped>,
    pub(crate) globals: Listed<Global>,
    /// Whether each global has to be one of the tables here. `schema!` passes its tables one by one, and looks itself.
    pub(crate) complete: bool,
}

impl SchemaOptions {
    /// Reads `#![…]` at the start, and says where the tables begin.
    pub(crate) fn read(trees: &[TokenTree], mistakes: &mut Mistakes) -> (Self, usize) {
        let mut options = SchemaOptions {
            column: TenantColumn::usual(),
            scoped: Listed::default(),
            globals: Listed::default(),
            complete: true,
        };
        let mut column_given = false;
        let mut at = 0;
        while let Some(attribute) = trees.get(at..at + 3).and_then(Attribute::read) {
            at += 3;
            let (name, arguments) = (attribute.name, attribute.arguments);
            match name.to_string().as_str() {
                "tenant_column" if arguments.is_empty() => {
                    mistakes.add(name.span(), codes::no_value(&name, "column", "tenant_column(tenant_id)"));
                }
                GLOBAL if arguments.is_empty() => {
                    mistakes.add(name.span(), codes::no_value(&name, "table", "tenant_global(plans)"));
                }
                "tenant_column" => match syn::parse2::<TenantColumn>(arguments) {
                    Ok(_) if std::mem::replace(&mut column_given, true) => {
                        mistakes.add(name.span(), codes::given_twice(Place::Table, &name));
                    }
                    Ok(column) => options.column = column,
                    Err(error) => mistakes.add(error.span(), codes::syntax(Place::TableColumn, &error)),
                },
                list @ (GLOBAL | "tenant_global_of_schema") => {
                    options.complete &= list == GLOBAL;
                    match Punctuated::<Global, Token![,]>::parse_terminated.parse2(arguments) {
                        Ok(list) => options.globals.extend(list, mistakes),
                        Err(error) => mistakes.add(error.span(), codes::syntax(Place::TableGlobals, &error)),
                    }
                }
                "tenant_scoped_of_schema" => {
                    match Punctuated::<Scoped, Token![,]>::parse_terminated.parse2(arguments) {
                        Ok(list) => options.scoped.extend(list, mistakes),
                        Err(error) => mistakes.add(error.span(), codes::syntax(Place::Schema, &error)),
                    }
                }
                _ => mistakes.add(name.span(), codes::unknown_option(Place::Table, &name)),
            }
        }
        (options, at)
    }
}
