//! An application on Diesel that is to have its tenants kept apart: what is whose, what is missing, and how it gets there.
//!
//! `catalog` and `declared` read, the database and the file of the Diesel CLI; `judge` gives each table a `verdict`, by what a person has
//! decided (`decisions`), and `rows` objects; `changes` says which keys follow, `usage` where the source names the tables; `migrations` and
//! `declaration` write.

mod candidates;
mod catalog;
mod changes;
pub(crate) mod decisions;
mod declaration;
mod declared;
mod fill;
mod judge;
mod migrations;
mod report;
mod rows;
mod usage;
mod verdict;

use std::collections::BTreeMap;

use diesel_async::AsyncPgConnection;

pub(crate) use self::candidates::Candidate;
pub(crate) use self::catalog::Catalog;
use self::catalog::Name;
use self::changes::Changes;
use self::decisions::Decisions;
pub(crate) use self::declaration::{Declaration, rust_type};
pub(crate) use self::declared::{Declared, read as read_schema};
use self::judge::Verdicts;
pub(crate) use self::migrations::{Pace, folders, write};
pub(crate) use self::report::{Report, text};
use self::rows::Rows;
pub(crate) use self::usage::read as read_usage;
use self::verdict::Verdict;
use crate::failure::Failure;

pub(crate) use self::candidates::of as candidates;

/// What was found out.
pub(crate) struct Plan {
    pub(crate) verdicts: Verdicts,
    pub(crate) rows: BTreeMap<Name, (Verdict, Rows)>,
    pub(crate) changes: Changes,
    /// The type of a new tenant column; none where no table has one.
    pub(crate) column_type: Option<String>,
}

impl Plan {
    /// Judges the declared tables; with `connection`, by their rows as well.
    pub(crate) async fn of(
        catalog: &Catalog,
        declared: &[Declared],
        decisions: &Decisions,
        mut connection: Option<&mut AsyncPgConnection>,
    ) -> Result<Self, Failure> {
        let tables: Vec<Name> = declared.iter().map(|table| table.name.clone()).collect();
        let mut by_rows = Verdicts::new();
        let mut rows = BTreeMap::new();
        // Each round takes at least one table out, so that it ends.
        let (verdicts, column_type) = loop {
            let (verdicts, column_type) = judge::verdicts(catalog, &tables, decisions, &by_rows);
            let Some(connection) = connection.as_deref_mut() else {
                let unseen = rows::unseen(&verdicts, decisions);
                if unseen.is_empty() {
                    break (verdicts, column_type);
                }
                by_rows.extend(unseen);
                continue;
            };
            rows::count(connection, catalog, &verdicts, decisions, &mut rows).await?;
            let objections = rows::objections(&verdicts, decisions, &rows);
            if objections.is_empty() {
                break (verdicts, column_type);
            }
            by_rows.extend(objections);
        };
        let changes = changes::of(catalog, &verdicts, &rows);
        Ok(Self { verdicts, rows, changes, column_type })
    }

    pub(crate) fn undecided(&self) -> usize {
        self.verdicts.values().filter(|verdict| matches!(verdict, Verdict::Undecided { .. })).count()
    }
}
