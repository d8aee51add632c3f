//! The file of a schema.

use std::path::Path;

use proc_macro2::{Ident, LexError};

use super::{AS_PRINTED, FILE, mistake};
use crate::mistake::Mistake;

pub(crate) fn unreadable(path: &Path, error: &std::io::Error) -> Mistake {
    mistake(
        FILE,
        format!("the schema file `{}` cannot be read: {error}", path.display()),
        "name it from the folder of the crate's Cargo.toml, as in diesel.toml: `include = \"src/schema.rs\"`",
    )
}

pub(crate) fn not_rust(error: &LexError) -> Mistake {
    mistake(FILE, format!("the schema file is not Rust: {error}"), "print it anew with `diesel print-schema`")
}

pub(crate) fn module_elsewhere(module: &Ident) -> Mistake {
    mistake(
        FILE,
        format!("module `{module}` of the schema file is in another file, where nobody sees its tables"),
        "include that file with a `schema!` of its own",
    )
}

pub(crate) fn foreign_macro(name: &str) -> Mistake {
    mistake(
        FILE,
        format!("the schema file calls the macro `{name}!`, which could declare tables that nobody sees"),
        AS_PRINTED,
    )
}

pub(crate) fn macro_in_block() -> Mistake {
    mistake(
        FILE,
        "the schema file calls a macro inside a block, where a table could be declared that nobody sees",
        AS_PRINTED,
    )
}

pub(crate) fn not_by_diesel(table: &str, others: usize) -> Mistake {
    let others = if others == 0 { String::new() } else { format!(" (and {others} more)") };
    mistake(
        FILE,
        format!(
            "table `{table}`{others} of the schema file is not declared by `diesel::table!`, so it could not be scoped"
        ),
        "write `diesel::table!`, as the Diesel CLI does since 2.0",
    )
}
