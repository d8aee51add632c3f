//! Whose a table of `table!` is: its own attribute says it, or the schema's list, or its having the tenant column.

use proc_macro2::TokenStream;
use syn::Path;

use crate::codes::{self, Place};
use crate::listed::{Entry as _, Global};
use crate::mistake::Mistakes;
use crate::ownership::Ownership;
use crate::table::parse::{Declaration, GLOBAL, GlobalOptions, SCOPED, SchemaOptions, ScopedOptions};
use crate::tenant_column::TenantColumn;

pub(crate) enum Owner {
    Tenants { ownership: Box<Ownership>, krate: Path },
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
    let options = ScopedOptions::parse(arguments, mistakes);
    let tenants = |ownership: Ownership| {
        Some(Owner::Tenants { ownership: Box::new(ownership), krate: options.krate.clone() })
    };
    if let (Some(_), Some(ownership)) = (scoped, options.ownership(None)) {
        // At the user's own token, and whether or not there is such a column: the attribute looks.
        return tenants(ownership);
    }
    if let Some(listed) = listed_scoped {
        let listed = ScopedOptions::read(Place::Schema, listed.options.clone(), mistakes);
        return tenants(listed.ownership(Some(&schema.column))?);
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
            tenants(options.ownership(Some(&column))?)
        }
        (None, None) if scoped.is_some() => tenants(options.ownership(Some(&schema.column))?),
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
