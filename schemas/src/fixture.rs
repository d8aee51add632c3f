//! Rows of two tenants in every table, and some that are nobody's or everybody's, by what the catalog says of columns and references.

use std::collections::HashMap;

use diesel::connection::SimpleConnection as _;
use diesel::{PgConnection, RunQueryDsl as _, sql_query};

use crate::catalog::{self, Column, Table};
use crate::database::lines;
use crate::declared::Facts;
use crate::literal;

/// Whose a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The first tenant's.
    Ours,
    /// The second's.
    Theirs,
    /// Every tenant's.
    Shared,
    /// Of a global table.
    Nobodys,
}

/// How many rows each has in a table, where keys allow it.
const ROWS: usize = 2;

/// A row that is there.
struct Row {
    values: HashMap<String, Option<String>>,
    identity: String,
}

/// Two tenants' rows in every table of a database.
pub struct Fixture {
    pub(crate) tables: Vec<Table>,
    facts: HashMap<String, Facts>,
    /// The ids of the two tenants where no other table says them.
    tenants: [String; 2],
    /// Tables of which each has one row.
    single: &'static [&'static str],
    /// Values of columns, as SQL: `("threads.deleted_at", "NULL")`.
    values: &'static [(&'static str, &'static str)],
    rows: HashMap<(String, Whose), Vec<Row>>,
    number: i64,
}

impl Fixture {
    /// Puts the rows in. `facts` are those of all tenants' tables; `single` and `values` what the catalog does not say.
    pub fn put(
        connection: &mut PgConnection,
        facts: &[Facts],
        tenants: [&str; 2],
        single: &'static [&'static str],
        values: &'static [(&'static str, &'static str)],
    ) -> Self {
        let facts = facts.iter().map(|facts| (format!("{}.{}", facts.schema, facts.name), *facts)).collect();
        let tables = catalog::tables(connection);
        let rows = HashMap::new();
        let mut fixture =
            Self { tables, facts, tenants: tenants.map(str::to_owned), single, values, rows, number: 0 };
        for table in in_order(&fixture.tables) {
            for &whose in fixture.owners(&table) {
                let count = if fixture.single.contains(&table.name.as_str()) { 1 } else { ROWS };
                for _ in 0..count {
                    fixture.insert(connection, &table, whose);
                }
            }
        }
        // What is inserted afterwards gets numbers of its own.
        let next =
            "SELECT setval(c.oid::regclass, 100000)::text AS line FROM pg_class c WHERE c.relkind = 'S'";
        lines(connection, next).unwrap();
        connection.batch_execute("ANALYZE").unwrap();
        fixture
    }

    /// Who has rows in a table.
    fn owners(&self, table: &Table) -> &'static [Whose] {
        match self.facts.get(&table.sql_name()) {
            None => &[Whose::Nobodys],
            Some(facts) if facts.shared => &[Whose::Ours, Whose::Theirs, Whose::Shared],
            Some(_) => &[Whose::Ours, Whose::Theirs],
        }
    }

    fn insert(&mut self, connection: &mut PgConnection, table: &Table, whose: Whose) {
        let (sql, values) = self.statement(table, whose, None);
        let sql = format!("{sql} RETURNING {} AS line", table.row());
        let rows = self.rows.entry((table.sql_name(), whose)).or_default();
        match lines(connection, &sql) {
            Ok(inserted) => {
                rows.extend(inserted.into_iter().map(|identity| Row { values: values.clone(), identity }));
            }
            // Keys of the tenant alone, or of a parent that there is one of, let one row in.
            Err(error) => assert!(is_taken(&error.to_string()) && !rows.is_empty(), "{error}: {sql}"),
        }
    }

    /// An INSERT of another row, and what it writes.
    fn statement(
        &mut self,
        table: &Table,
        whose: Whose,
        at: Option<usize>,
    ) -> (String, HashMap<String, Option<String>>) {
        self.number += 1;
        let at = at.unwrap_or_else(|| self.rows.get(&(table.sql_name(), whose)).map_or(0, Vec::len));
        let mut values: HashMap<String, Option<String>> = HashMap::new();
        for reference in &table.references {
            let parent = (reference.parent != table.sql_name())
                .then(|| self.parent(&reference.parent, whose, at))
                .flatten();
            for (column, named) in reference.columns.iter().zip(&reference.parent_columns) {
                let value = parent.and_then(|row| row.values.get(named).cloned().flatten());
                values.entry(column.clone()).or_insert(value);
            }
        }
        for column in &table.columns {
            let value = self.value(table, column, whose, &values);
            assert!(value.is_some() || !column.not_null, "no value for {}.{}", table.sql_name(), column.name);
            values.insert(column.name.clone(), value);
        }
        let names: Vec<_> = table.columns.iter().map(|column| format!("{:?}", column.name)).collect();
        let literals: Vec<_> =
            table.columns.iter().map(|column| sql(&values[&column.name], column)).collect();
        let sql = format!(
            "INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE VALUES ({})",
            table.sql_name(),
            names.join(", "),
            literals.join(", ")
        );
        (sql, values)
    }

    fn parent(&self, parent: &str, whose: Whose, at: usize) -> Option<&Row> {
        let rows = |whose| self.rows.get(&(parent.to_owned(), whose)).filter(|rows| !rows.is_empty());
        let found = rows(whose).or_else(|| rows(Whose::Nobodys));
        // What nobody owns may still name somebody.
        let found = if whose == Whose::Nobodys { found.or_else(|| rows(Whose::Ours)) } else { found };
        let rows = found?;
        rows.get(at).or(rows.first())
    }

    fn value(
        &self,
        table: &Table,
        column: &Column,
        whose: Whose,
        referring: &HashMap<String, Option<String>>,
    ) -> Option<String> {
        let of = |name: &str| self.values.iter().find(|(column, _)| *column == name).map(|(_, value)| *value);
        let given =
            of(&format!("{}.{}", table.name, column.name)).or_else(|| of(&format!("*.{}", column.name)));
        if let Some(given) = given {
            return (given != "NULL").then(|| given.to_owned());
        }
        if let Some(value) = referring.get(&column.name) {
            return value.clone();
        }
        let facts = self.facts.get(&table.sql_name());
        if facts.is_some_and(|facts| facts.by_column && facts.column == column.name) {
            return match whose {
                Whose::Ours => Some(self.tenants[0].clone()),
                Whose::Theirs => Some(self.tenants[1].clone()),
                Whose::Shared | Whose::Nobodys => None,
            };
        }
        Some(literal::text(column, self.number))
    }

    /// What tells the rows of `whose` in a table, in order.
    pub fn identities(&self, table: &str, whose: &[Whose]) -> Vec<String> {
        let rows = whose.iter().filter_map(|whose| self.rows.get(&(table.to_owned(), *whose))).flatten();
        let mut found: Vec<_> = rows.map(|row| row.identity.clone()).collect();
        found.sort_unstable();
        found
    }

    /// The value of a column in the first row of `whose`, as text.
    pub fn value_of(&self, table: &str, whose: Whose, column: &str) -> String {
        self.rows[&(table.to_owned(), whose)][0].values[column].clone().unwrap()
    }

    /// An INSERT of one more row of `whose`: its references are those of the last row that is there.
    pub fn another(&mut self, table: &str, whose: Whose) -> String {
        let table = self.tables.iter().find(|other| other.sql_name() == table).unwrap().clone();
        self.statement(&table, whose, Some(ROWS)).0
    }
}

fn sql(value: &Option<String>, column: &Column) -> String {
    value
        .as_ref()
        .map_or("NULL".to_owned(), |value| format!("'{}'::{}", value.replace('\'', "''"), column.sql_type))
}

/// Parents before children; a column that may be NULL waits for nobody.
fn in_order(tables: &[Table]) -> Vec<Table> {
    let mut left = tables.to_vec();
    let mut done: Vec<Table> = Vec::new();
    while !left.is_empty() {
        let is_ready = |table: &Table, strict: bool| {
            table.references.iter().all(|reference| {
                let optional = |name: &String| {
                    table.columns.iter().any(|column| column.name == *name && !column.not_null)
                };
                reference.parent == table.sql_name()
                    || done.iter().any(|other| other.sql_name() == reference.parent)
                    || !strict && reference.columns.iter().any(optional)
            })
        };
        let ready = left.iter().position(|table| is_ready(table, true));
        let ready = ready.or_else(|| left.iter().position(|table| is_ready(table, false)));
        done.push(left.remove(ready.expect("references in a circle")));
    }
    done
}

/// Whether a unique or an exclusion constraint refused a row.
fn is_taken(error: &str) -> bool {
    error.contains("duplicate key value") || error.contains("conflicting key value")
}

/// How many rows `sql` writes, all of it undone.
pub(crate) fn undone(connection: &mut PgConnection, opening: &str, sql: &str) -> Result<usize, String> {
    connection.batch_execute(opening).unwrap();
    let done = sql_query(sql).execute(connection).map_err(|error| error.to_string());
    connection.batch_execute("ROLLBACK").unwrap();
    done
}
