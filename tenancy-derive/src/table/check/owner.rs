//! Whose a table of `table!` is: its own attribute says it, or the schema's list, or its having the tenant column.

use proc_macro2::TokenStream;
use syn::Path;

use crate::codes;
use crate::listed::{Entry as _, Global};
use crate::mistake::Mistakes;
use crate::table::parse::{Declaration, GLOBAL, GlobalOptions, SCOPED, SchemaOptions, ScopedOptions};
use crate::tenant_column::TenantColumn;

pub(crate) enum Owner {
    Tenants { column: TenantColumn, krate: Path },
    Nobody(GlobalOptions),
}

/// The owner; `None` after a mistake.
pub(crate) fn owner(
    declaration: &Declaration,
    schema: &SchemaOptions,
    mistakes: &mut Mistakes,
) -> Option<Owner> {
    let table = &declaration.name;
    for attribute in [SCOPED, GLOBAL] {
        if let Some(repeated) = declaration.attributes(attribute).nth(1) {
            mistakes.add(repeated.name.span(), codes::declared_twice(table, attribute));
            return None;
        }
    }
    let scoped = declaration.attributes(SCOPED).next();
    let global = declaration.attributes(GLOBAL).next();
    let listed = schema.globals.find(declaration.schema.as_ref(), table);
    let declared_global = global.map(|global| global.name.span()).or(listed.map(Global::span));
    if let (Some(_), Some(span)) = (scoped, declared_global) {
        mistakes.add(span, codes::both(table));
        return None;
    }
    let listed_scoped = schema.scoped.find(declaration.schema.as_ref(), table);
    if let (Some(listed), Some(_)) = (listed_scoped, declared_global) {
        mistakes.add(listed.span(), codes::both(table));
        return None;
    }
    let arguments = scoped.map(|scoped| scoped.arguments.clone()).unwrap_or_default();
    let ScopedOptions { column, krate } = ScopedOptions::parse(arguments, mistakes);
    if let (Some(_), Some(column)) = (scoped, column) {
        // At the user's own token, and whether or not there is such a column: the attribute looks.
        return Some(Owner::Tenants { column, krate });
    }
    if let Some(listed) = listed_scoped {
        return Some(Owner::Tenants { column: listed.column.clone(), krate });
    }
    let mut tenant_columns = declaration.columns(&schema.column.name);
    let tenant_column = tenant_columns.next();
    if let (Some(column), Some(second), None) = (tenant_column, tenant_columns.next(), declared_global) {
        mistakes.add(second.span(), codes::second_name(table, second, column));
        return None;
    }
    match (tenant_column, declared_global) {
        (Some(column), None) => {
            // Complaints point at the table, where the column was not written out.
            let mut name = column.clone();
            name.set_span(table.span());
            let column = TenantColumn { name, owner: schema.column.owner.clone() };
            Some(Owner::Tenants { column, krate })
        }
        (None, None) if scoped.is_some() => Some(Owner::Tenants { column: schema.column.clone(), krate }),
        (None, None) => {
            mistakes.add(table.span(), codes::no_tenant_column(table, &schema.column.name));
            None
        }
        (tenant_column, Some(_)) => {
            let arguments = global.map_or_else(TokenStream::new, |global| global.arguments.clone());
            let mut options = GlobalOptions::parse(arguments, mistakes);
            if let (None, Some(listed)) = (global, listed) {
                options.reason.clone_from(&listed.reason);
            }
            if tenant_column.is_some() && options.reason.is_none() {
                let span = global.map_or(table.span(), |global| global.name.span());
                mistakes.add(span, codes::no_reason(table, &schema.column.name));
                return None;
            }
            Some(Owner::Nobody(options))
        }
    }
}
