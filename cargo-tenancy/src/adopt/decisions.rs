//! What a person said of tables, because no database says it.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::{Catalog, Name};
use crate::failure::Failure;

/// By the names that the report prints.
#[derive(Debug, Default)]
pub(crate) struct Decisions {
    /// Columns that hold the tenant, wherever they are.
    pub(crate) columns: Vec<String>,
    /// The tenants' own table.
    pub(crate) tenants: Option<Name>,
    pub(crate) global: BTreeSet<Name>,
    pub(crate) shared: BTreeSet<Name>,
    /// Those whose tenant column is made NOT NULL, whatever their rows say.
    pub(crate) not_null: BTreeSet<Name>,
    /// Those without a column of their own; all that can be where `through_all`.
    pub(crate) through: BTreeSet<Name>,
    pub(crate) through_all: bool,
    /// The column whose foreign key says the tenant.
    pub(crate) by: BTreeMap<Name, String>,
    /// The table of links to it, and its column there.
    pub(crate) link: BTreeMap<Name, (Name, String)>,
}

/// The table that a text means, `plans` or `accounting.plans`.
pub(crate) fn table(catalog: &Catalog, text: &str) -> Result<Name, Failure> {
    let (schema, name) = text.split_once('.').unwrap_or(("public", text));
    let name = Name { schema: schema.to_owned(), name: name.to_owned() };
    if catalog.tables.contains_key(&name) {
        return Ok(name);
    }
    Err(Failure::new(format!("the database has no table {text:?}"))
        .fix("write it as the report does: the table, with its schema before it where that is not `public`"))
}

/// `TABLE=COLUMN`
pub(crate) fn by(catalog: &Catalog, text: &str) -> Result<(Name, String), Failure> {
    let Some((of, column)) = text.split_once('=') else {
        return Err(Failure::new(format!("{text:?} is not TABLE=COLUMN")).fix("write --by notes=board_id"));
    };
    let name = table(catalog, of)?;
    let known = catalog.of_child(&name).any(|key| key.single().is_some_and(|(one, _)| one == column));
    if !known {
        return Err(Failure::new(format!("no foreign key of {name} has the column {column:?} alone"))
            .fix("name a column that refers to another table"));
    }
    Ok((name, column.to_owned()))
}

/// `TABLE=LINKS(COLUMN)`
pub(crate) fn link(catalog: &Catalog, text: &str) -> Result<(Name, (Name, String)), Failure> {
    let parts = text.split_once('=').and_then(|(of, link)| {
        let (link, column) = link.strip_suffix(')')?.split_once('(')?;
        Some((of, link, column))
    });
    let Some((of, by, column)) = parts else {
        return Err(Failure::new(format!("{text:?} is not TABLE=LINKS(COLUMN)"))
            .fix("write --link 'users=memberships(user_id)'"));
    };
    let (of, by) = (table(catalog, of)?, table(catalog, by)?);
    if catalog.tables.get(&by).and_then(|table| table.column(column)).is_none() {
        return Err(Failure::new(format!("{by} has no column {column:?}"))
            .fix("name the column that refers to the other table"));
    }
    Ok((of, (by, column.to_owned())))
}
