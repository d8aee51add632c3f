//! The joins that `schema!` lists beside the file.

use std::fmt::Display;

use proc_macro2::Ident;

use super::{JOINS, mistake};
use crate::mistake::Mistake;

pub(crate) fn unknown_joined(table: &impl Display, meant: Option<&impl Display>) -> Mistake {
    let fix = meant.map_or_else(
        || "correct the name, as `joinable!` has it: `child -> parent (foreign_key)`".into(),
        |meant| format!("write `{meant}`: tables are named from here, with the file's modules"),
    );
    mistake(JOINS, format!("`joins` names the table `{table}`, and the file has no such table"), fix)
}

pub(crate) fn no_foreign_key(table: &impl Display, column: &Ident, columns: &[Ident]) -> Mistake {
    let columns: Vec<_> = columns.iter().map(Ident::to_string).collect();
    mistake(
        JOINS,
        format!("`joins` names the column `{column}`, and table `{table}` has no such column"),
        format!("name the foreign key without the tenant, one of: {}", columns.join(", ")),
    )
}

pub(crate) fn joined_twice(child: &impl Display, parent: &impl Display, by_the_file: bool) -> Mistake {
    let by = if by_the_file { "by the file's own `joinable!`" } else { "by another entry of `joins`" };
    mistake(
        JOINS,
        format!("`{child}` and `{parent}` are joined already, {by}"),
        "drop this one: two tables have one join without an ON; a second foreign key is joined by an `.on(…)`",
    )
}

pub(crate) fn wide_key(table: &impl Display, key: &[&Ident]) -> Mistake {
    let key: Vec<_> = key.iter().map(|column| column.to_string()).collect();
    mistake(
        JOINS,
        format!("the key of `{table}` is ({}): no one column points at it", key.join(", ")),
        "drop it, and join with an `.on(…)` that compares each column",
    )
}

pub(crate) fn joined_with_itself(table: &impl Display) -> Mistake {
    mistake(
        JOINS,
        format!("`joins` joins the table `{table}` with itself"),
        "drop it: a table stands twice in a query under an alias, `tenancy_diesel::alias!`, with an `.on(…)`",
    )
}
