//! Whether the column that holds the tenant is one that can.

use proc_macro2::Ident;

use crate::codes;
use crate::mistake::Mistakes;
use crate::table::parse::{Column, Declared};

/// `column` has to be a column of the table, not nullable, and the only one of its name in the database.
pub(crate) fn tenant_column(table: &Ident, declared: &Declared, column: &Ident, mistakes: &mut Mistakes) {
    let Some(tenant) = declared.column(column) else {
        let columns = declared.columns.iter().map(|column| &column.name);
        mistakes.add(column.span(), codes::no_such_column(table, column, columns));
        return;
    };
    if tenant.is_nullable() {
        mistakes.add(tenant.name.span(), codes::nullable(table, column));
        return;
    }
    for other in &declared.columns {
        if other.name != tenant.name && other.is_called(tenant) {
            mistakes.add(other.name.span(), codes::second_name(table, &other.name, column));
        } else if other.name != tenant.name && other.may_be_the_key() && is_integer_key(tenant, declared) {
            mistakes.add(other.name.span(), codes::name_of_the_key(table, &other.name, column));
        }
    }
}

/// Whether the table's key is the tenant column alone, and an integer. What is declared otherwise, statements look after.
fn is_integer_key(tenant: &Column, declared: &Declared) -> bool {
    matches!(declared.primary_key.as_slice(), [key] if *key == tenant.name) && tenant.is_integer()
}
