//! Whether an attribute on the expanded table can stand there, and says what it has to.

use crate::codes;
use crate::mistake::Mistakes;
use crate::table::parse::{Declared, GLOBAL, GlobalOptions, Module, SCOPED};

/// Whether the table has one of the two attributes, once. The compiler expands the first of several; the others are still
/// on the module, and are taken off it, so that they do not complain too.
pub(crate) fn no_second(attribute: &str, module: &mut Module, mistakes: &mut Mistakes) -> bool {
    let mut only_one = true;
    while let Some(second) = module.take_attribute(&[SCOPED, GLOBAL]) {
        only_one = false;
        let mistake = if second.name == attribute {
            codes::declared_twice(&module.name, attribute)
        } else {
            codes::both(&module.name)
        };
        mistakes.add(second.name.span(), mistake);
    }
    only_one
}

/// A global table that looks like a tenant's needs a reason, and an empty one is none.
pub(crate) fn reason(module: &Module, declared: &Declared, options: &GlobalOptions, mistakes: &mut Mistakes) {
    match &options.reason {
        Some(reason) if reason.value().trim().is_empty() => {
            mistakes.add(reason.span(), codes::empty_reason());
        }
        Some(_) => {}
        // `table!` asks by the column that the schema names; placed by hand, the attribute knows only the usual one.
        None => {
            if let Some(column) = declared.columns.iter().find(|column| column.goes_by("tenant_id")) {
                mistakes.add(column.name.span(), codes::no_reason_by_hand(&module.name, &column.name));
            }
        }
    }
}
