//! Whether a table's rows can belong to tenants as it is declared.

use proc_macro2::Ident;

use crate::codes;
use crate::mistake::Mistakes;
use crate::ownership::{Ownership, Way};
use crate::table::parse::{Column, Declared};

/// The column by which rows belong to tenants: it has to be one of the table's, not nullable unless NULL means that all tenants share
/// the row, and the only one of its name in the database. `None` after a mistake.
pub(crate) fn ownership(
    table: &Ident,
    declared: &Declared,
    ownership: &Ownership,
    mistakes: &mut Mistakes,
) -> Option<Ident> {
    let no_such = |column: &Ident, mistakes: &mut Mistakes| {
        let columns = declared.columns.iter().map(|column| &column.name);
        mistakes.add(column.span(), codes::no_such_column(table, column, columns));
    };
    if let Some(filter) = &ownership.filter
        && declared.column(&filter.column).is_none()
    {
        no_such(&filter.column, mistakes);
        return None;
    }
    for admission in ownership.admission.by.iter().chain(&ownership.admission.read) {
        if declared.column(admission).is_none() {
            no_such(admission, mistakes);
            return None;
        }
    }
    for admission in &ownership.admission.by {
        if matches!(&ownership.way, Way::Column(column) if column.name == *admission) {
            mistakes.add(admission.span(), codes::admission_by_tenant(table, admission));
            return None;
        }
    }
    let column = match (ownership.column(), declared.primary_key.as_slice()) {
        (Some(column), _) => column.clone(),
        (None, [key]) => key.clone(),
        (None, _) => {
            mistakes.add(table.span(), codes::linked_by_several(table));
            return None;
        }
    };
    let Some(tenant) = declared.column(&column) else {
        no_such(&column, mistakes);
        return None;
    };
    match (&ownership.way, &ownership.shared) {
        (Way::Column(_), Some(shared)) if shared.value.is_none() && !tenant.is_nullable() => {
            mistakes.add(shared.keyword.span(), codes::nothing_shared(table, &column));
        }
        (Way::Column(_), Some(shared)) if shared.value.is_none() => {}
        (Way::Column(_), _) if tenant.is_nullable() => {
            mistakes.add(tenant.name.span(), codes::nullable(table, &column));
        }
        (Way::Column(_), _) => {}
        (_, Some(shared)) => mistakes.add(shared.keyword.span(), codes::shared_through(table)),
        _ if tenant.is_nullable() => mistakes.add(column.span(), codes::nullable_reference(table, &column)),
        _ => {}
    }
    other_names(table, declared, tenant, &column, mistakes);
    Some(column)
}

/// Whether another column is this one once more.
fn other_names(table: &Ident, declared: &Declared, tenant: &Column, column: &Ident, mistakes: &mut Mistakes) {
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
