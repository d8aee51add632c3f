//! Rows on their way into the destination.
//!
//! **The rule that all of it keeps:** what the destination has is what the source had at one moment, of the rows copied so far. Each transaction
//! there brings *all* changes that one snapshot of the source shows, together with the next rows. So the unique keys of the source hold at every
//! step, in whatever order rows swapped their values; and nothing has to be told apart after a crash, because bringing a row again is bringing it
//! as it is.
//!
//! A row is brought by deleting it by its key and inserting it, where it still is. Nothing else happens: the writer's session is in the role of a
//! replica (`session_replication_role`), where triggers do not fire and foreign keys are not checked; those are looked at before the switch.

use super::error::RelocationError;
use super::follow::{Objects, SCHEMA, make_schema};
use super::session::Session;
use super::sql::{columns, identifier, literal};
use super::tables::Moved;

/// The staging tables of a move.
pub(super) struct Stage {
    id: i32,
}

/// The rows of one table that come next.
pub(super) struct Next<'a> {
    pub(super) table: &'a Moved,
    /// The key behind which they begin.
    pub(super) after: Option<&'a [String]>,
    /// The last of them.
    pub(super) last: &'a [String],
}

impl Stage {
    pub(super) fn of(id: i32) -> Self {
        Self { id }
    }

    fn rows(&self, table: &Moved) -> String {
        format!("{SCHEMA}.rows_{}_{}", self.id, table.number)
    }

    fn keys(&self, table: &Moved) -> String {
        format!("{SCHEMA}.keys_{}_{}", self.id, table.number)
    }

    /// Makes the staging tables. Nothing in them has to survive a crash.
    pub(super) async fn make(
        &self,
        destination: &Session,
        tables: &[Moved],
        across: Option<&str>,
    ) -> Result<(), RelocationError> {
        make_schema(destination).await?;
        let mut sql = String::new();
        if let Some(role) = across {
            sql.push_str(&format!("GRANT USAGE ON SCHEMA {SCHEMA} TO {};\n", identifier(role)));
        }
        for table in tables {
            let (rows, keys, name) = (self.rows(table), self.keys(table), table.destination.sql());
            let (written, key) = (columns("", table.written()), columns("", table.key()));
            sql.push_str(&format!(
                "DROP TABLE IF EXISTS {rows}, {keys};
                 CREATE UNLOGGED TABLE {rows} AS SELECT {written} FROM {name} WITH NO DATA;
                 CREATE UNLOGGED TABLE {keys} AS SELECT {key} FROM {name} WITH NO DATA;
                 REVOKE ALL ON TABLE {rows}, {keys} FROM PUBLIC;\n"
            ));
            if let Some(role) = across {
                sql.push_str(&format!("GRANT ALL ON TABLE {rows}, {keys} TO {};\n", identifier(role)));
            }
        }
        destination.run("making the staging tables", &sql).await
    }

    /// Drops the staging tables.
    pub(super) async fn drop(&self, destination: &Session, tables: &[Moved]) -> Result<(), RelocationError> {
        let names: Vec<_> = tables.iter().flat_map(|table| [self.rows(table), self.keys(table)]).collect();
        if names.is_empty() {
            return Ok(());
        }
        destination
            .run("dropping the staging tables", &format!("DROP TABLE IF EXISTS {}", names.join(", ")))
            .await
    }

    /// Brings what changed in `tables` as the reader's snapshot shows it, and the rows that come next, in one transaction of the writer's. Answers
    /// with how many rows that were, those that come next among them.
    pub(super) async fn bring(
        &self,
        reader: &Session,
        writer: &Session,
        objects: &Objects,
        tables: &[&Moved],
        next: Option<&Next<'_>>,
    ) -> Result<u64, RelocationError> {
        let changed = self.changed(reader, objects).await?;
        let involved: Vec<&Moved> = tables
            .iter()
            .copied()
            .filter(|table| {
                changed.contains(&table.number) || next.is_some_and(|next| next.table.number == table.number)
            })
            .collect();
        if involved.is_empty() {
            return Ok(0);
        }
        writer.run("beginning to bring rows", "BEGIN").await?;
        match self.bring_within(reader, writer, objects, &involved, &changed, next).await {
            Ok(rows) => {
                writer.run("committing the rows", "COMMIT").await?;
                Ok(rows)
            }
            Err(error) => {
                // The first error says why, and a connection that is lost has rolled back.
                let _ = writer.run("rolling back", "ROLLBACK").await;
                Err(error)
            }
        }
    }

    async fn bring_within(
        &self,
        reader: &Session,
        writer: &Session,
        objects: &Objects,
        involved: &[&Moved],
        changed: &[usize],
        next: Option<&Next<'_>>,
    ) -> Result<u64, RelocationError> {
        let names: Vec<_> = involved.iter().flat_map(|table| [self.rows(table), self.keys(table)]).collect();
        writer.run("emptying the staging tables", &format!("TRUNCATE {}", names.join(", "))).await?;
        let mut brought = 0;
        for table in involved {
            let (rows, keys) = (self.rows(table), self.keys(table));
            let (label, written) = (table.label(), columns("", table.written()));
            if changed.contains(&table.number) {
                let doing = format!("bringing the changes of {label}");
                let changes = changes_of(objects, table);
                let key = columns("", table.key());
                reader
                    .pour(
                        &doing,
                        &format!("SELECT {key} FROM ({changes}) AS k"),
                        writer,
                        &format!("{keys} ({key})"),
                    )
                    .await?;
                let query = format!(
                    "SELECT {} FROM {} AS r JOIN ({changes}) AS k ON {} WHERE {}",
                    columns("r", table.written()),
                    table.source.sql(),
                    same("r", "k", table),
                    table.own_at_source
                );
                brought += reader.pour(&doing, &query, writer, &format!("{rows} ({written})")).await?;
            }
            if let Some(next) = next.filter(|next| next.table.number == table.number) {
                let doing = format!("copying rows of {label}");
                let query = format!(
                    "SELECT {} FROM {} AS r WHERE {}{} AND {}{}",
                    columns("r", table.written()),
                    table.source.sql(),
                    table.own_at_source,
                    next.after.map(|after| format!(" AND {}", beyond(table, ">", after))).unwrap_or_default(),
                    beyond(table, "<=", next.last),
                    if changed.contains(&table.number) {
                        format!(
                            " AND NOT EXISTS (SELECT FROM ({}) AS k WHERE {})",
                            changes_of(objects, table),
                            same("r", "k", table)
                        )
                    } else {
                        String::new()
                    },
                );
                let copied = reader.pour(&doing, &query, writer, &format!("{rows} ({written})")).await?;
                let key = columns("", table.key());
                writer.run(&doing, &format!("INSERT INTO {keys} ({key}) SELECT {key} FROM {rows}")).await?;
                brought += copied;
            }
        }
        // Children first: a row that belongs by its parent is known by it.
        for table in involved.iter().rev() {
            let delete = format!(
                "DELETE FROM {} AS r USING {} AS k WHERE {} AND {}",
                table.destination.sql(),
                self.keys(table),
                same("r", "k", table),
                table.own_at_destination
            );
            writer.run(&format!("replacing rows of {}", table.destination.sql()), &delete).await?;
        }
        for table in involved {
            let written = columns("", table.written());
            let insert = format!(
                "INSERT INTO {} ({written}) OVERRIDING SYSTEM VALUE SELECT {written} FROM {}",
                table.destination.sql(),
                self.rows(table)
            );
            writer.run(&format!("writing rows of {}", table.destination.sql()), &insert).await?;
        }
        Ok(brought)
    }

    /// The tables in which the reader's snapshot shows changes.
    async fn changed(&self, reader: &Session, objects: &Objects) -> Result<Vec<usize>, RelocationError> {
        let changed = format!("SELECT DISTINCT relation FROM {}", objects.changes());
        let rows = reader.texts("reading what changed", &changed).await?;
        Ok(rows.into_iter().flatten().flatten().filter_map(|number| number.parse().ok()).collect())
    }
}

/// The keys of the rows of `table` that changed, each once.
fn changes_of(objects: &Objects, table: &Moved) -> String {
    let keys: Vec<_> = table
        .key()
        .enumerate()
        .map(|(index, name)| {
            format!("(key->>{index})::{} AS {}", table.source.type_of(name), identifier(name))
        })
        .collect();
    format!(
        "SELECT DISTINCT {} FROM {} WHERE relation = {}",
        keys.join(", "),
        objects.changes(),
        table.number
    )
}

/// That two rows have the same key.
pub(super) fn same(one: &str, other: &str, table: &Moved) -> String {
    let columns: Vec<_> =
        table.key().map(|name| format!("{one}.{0} = {other}.{0}", identifier(name))).collect();
    columns.join(" AND ")
}

/// That a row `r` of the source is on one side of a key.
pub(super) fn beyond(table: &Moved, operator: &str, key: &[String]) -> String {
    let values: Vec<_> = table
        .key()
        .zip(key)
        .map(|(name, value)| format!("{}::{}", literal(value), table.source.type_of(name)))
        .collect();
    format!("({}) {operator} ({})", columns("r", table.key()), values.join(", "))
}
