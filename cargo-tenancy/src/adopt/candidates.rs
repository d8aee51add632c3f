//! Columns that may hold the tenant, where nobody has said which one does.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::catalog::{Catalog, Name};

#[derive(Debug, Serialize)]
pub(crate) struct Candidate {
    pub(crate) column: String,
    /// How many tables have it, and how many there are.
    pub(crate) tables: usize,
    /// In how many it may be NULL.
    pub(crate) nullable: usize,
    pub(crate) types: BTreeSet<String>,
    /// The tables to which it refers, with how many foreign keys.
    pub(crate) refers_to: BTreeMap<Name, usize>,
}

/// The best first: a column of several tables that refers to one table, or has a name that such columns have.
pub(crate) fn of(catalog: &Catalog) -> Vec<Candidate> {
    let mut found = BTreeMap::<&str, Candidate>::new();
    for table in catalog.tables.values().filter(|table| !table.is_part) {
        for column in table.columns.iter().filter(|column| is_reference(&column.name)) {
            let candidate = found.entry(&column.name).or_insert_with(|| Candidate {
                column: column.name.clone(),
                tables: 0,
                nullable: 0,
                types: BTreeSet::new(),
                refers_to: BTreeMap::new(),
            });
            candidate.tables += 1;
            candidate.nullable += usize::from(!column.not_null);
            candidate.types.insert(column.base.clone());
            for key in catalog.of_child(&table.name) {
                if key.single().is_some_and(|(one, _)| one == column.name) {
                    *candidate.refers_to.entry(key.parent.clone()).or_default() += 1;
                }
            }
        }
    }
    let mut found: Vec<_> = found.into_values().filter(|candidate| candidate.tables > 1).collect();
    found.sort_by_key(|candidate| {
        let several = candidate.refers_to.len() > 1 || candidate.types.len() > 1;
        (!is_usual(&candidate.column), several, std::cmp::Reverse(candidate.tables), candidate.column.clone())
    });
    found.truncate(8);
    found
}

fn is_reference(name: &str) -> bool {
    ["_id", "_uuid", "_key"].iter().any(|end| name.ends_with(end)) || is_usual(name)
}

/// Names that columns of tenants have.
fn is_usual(name: &str) -> bool {
    [
        "tenant",
        "org",
        "organization",
        "organisation",
        "account",
        "workspace",
        "company",
        "customer",
        "merchant",
        "team",
    ]
    .iter()
    .any(|word| name.strip_prefix(word).is_some_and(|rest| ["", "_id", "_uuid"].contains(&rest)))
}
