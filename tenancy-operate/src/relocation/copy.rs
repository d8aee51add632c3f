//! Copying the rows, and following what changes meanwhile.

use super::error::RelocationError;
use super::failpoint;
use super::follow::Objects;
use super::journal::{Copied, Entry};
use super::session::Session;
use super::sql::{columns, identifier, literal};
use super::stage::{Next, Stage, beyond};
use super::tables::Moved;

/// The sessions of a move, and what it moves.
pub(super) struct Work<'a> {
    pub(super) journal: &'a Session,
    pub(super) reader: &'a Session,
    pub(super) writer: &'a Session,
    pub(super) objects: &'a Objects,
    pub(super) stage: &'a Stage,
    pub(super) tables: &'a [Moved],
}

/// The reader's transaction: one snapshot, which changes nothing.
pub(super) const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

impl Work<'_> {
    /// Copies what is not copied yet, some rows at a time, each with the changes so far. `told` hears of the rows.
    pub(super) async fn copy(
        &self,
        entry: &mut Entry,
        batch: u32,
        told: &(dyn Fn(&str, u64) + Send + Sync),
    ) -> Result<(), RelocationError> {
        for (index, table) in self.tables.iter().enumerate() {
            let name = table.label();
            let mut copied = entry.copied.get(&name).cloned().unwrap_or_default();
            // Changes of tables that come later are not brought: their rows will be copied as they are then.
            let known: Vec<&Moved> = self.tables.iter().take(index + 1).collect();
            while !copied.whole {
                self.reader.run("taking a snapshot", SNAPSHOT).await?;
                if copied.until.is_none() {
                    copied.until = self.last_of_all(table).await?;
                }
                let last = self.last_of_next(table, &copied, batch).await?;
                let next = last.as_ref().map(|last| Next { table, after: copied.after.as_deref(), last });
                let brought =
                    self.stage.bring(self.reader, self.writer, self.objects, &known, next.as_ref()).await;
                let brought = self.ended(brought).await?;
                failpoint::reached("brought").await;
                self.forget(brought.1).await?;
                copied = Copied { whole: last.is_none(), after: last.or(copied.after), until: copied.until };
                entry.copied(self.journal, &name, copied.clone()).await?;
                told(&name, brought.0);
                failpoint::reached("copied").await;
            }
        }
        Ok(())
    }

    /// Brings what has changed, and answers with how many rows that were.
    pub(super) async fn follow(&self) -> Result<u64, RelocationError> {
        self.reader.run("taking a snapshot", SNAPSHOT).await?;
        let tables: Vec<&Moved> = self.tables.iter().collect();
        let brought = self.stage.bring(self.reader, self.writer, self.objects, &tables, None).await;
        let (rows, snapshot) = self.ended(brought).await?;
        failpoint::reached("followed").await;
        self.forget(snapshot).await?;
        Ok(rows)
    }

    /// Ends the reader's snapshot, and says which it was.
    async fn ended(
        &self,
        brought: Result<u64, RelocationError>,
    ) -> Result<(u64, Option<String>), RelocationError> {
        match brought {
            Ok(rows) => {
                let snapshot =
                    self.reader.text("reading the snapshot", "SELECT pg_current_snapshot()").await?;
                self.reader.run("ending the snapshot", "COMMIT").await?;
                Ok((rows, snapshot))
            }
            Err(error) => {
                // The first error says why.
                let _ = self.reader.run("ending the snapshot", "ROLLBACK").await;
                Err(error)
            }
        }
    }

    /// Deletes the changes that the snapshot showed: they are brought.
    async fn forget(&self, snapshot: Option<String>) -> Result<(), RelocationError> {
        let Some(snapshot) = snapshot else { return Ok(()) };
        let delete = format!(
            "DELETE FROM {} WHERE pg_visible_in_snapshot(xact, {}::pg_snapshot)",
            self.objects.changes(),
            literal(&snapshot)
        );
        self.reader.run("forgetting the changes that are brought", &delete).await
    }

    /// The key of the last of the tenant's rows, as the snapshot shows them; `None` when there are none.
    async fn last_of_all(&self, table: &Moved) -> Result<Option<Vec<String>>, RelocationError> {
        let query = format!(
            "SELECT {} FROM {} AS r WHERE {} ORDER BY {} LIMIT 1",
            texts(table, "r"),
            table.source.sql(),
            table.own_at_source,
            descending(table, "r"),
        );
        self.key(&format!("looking for the last row of {}", table.label()), &query).await
    }

    /// The key of the last of the rows that come next; `None` when there are none.
    async fn last_of_next(
        &self,
        table: &Moved,
        copied: &Copied,
        batch: u32,
    ) -> Result<Option<Vec<String>>, RelocationError> {
        let Some(until) = &copied.until else { return Ok(None) };
        let query = format!(
            "SELECT {} FROM (SELECT {key} FROM {} AS r WHERE {} AND {}{} ORDER BY {key} LIMIT {batch}) AS k ORDER BY {} LIMIT 1",
            texts(table, "k"),
            table.source.sql(),
            table.own_at_source,
            beyond(table, "<=", until),
            copied
                .after
                .as_ref()
                .map(|after| format!(" AND {}", beyond(table, ">", after)))
                .unwrap_or_default(),
            descending(table, "k"),
            key = columns("r", table.key()),
        );
        self.key(&format!("looking for the next rows of {}", table.label()), &query).await
    }

    async fn key(&self, doing: &str, query: &str) -> Result<Option<Vec<String>>, RelocationError> {
        let rows = self.reader.texts(doing, query).await?;
        Ok(rows.into_iter().next().map(|row| row.into_iter().map(Option::unwrap_or_default).collect()))
    }
}

/// The columns of the key of `row`, as texts.
fn texts(table: &Moved, row: &str) -> String {
    let names: Vec<_> = table.key().map(|name| format!("{row}.{}::text", identifier(name))).collect();
    names.join(", ")
}

fn descending(table: &Moved, row: &str) -> String {
    let names: Vec<_> = table.key().map(|name| format!("{row}.{} DESC", identifier(name))).collect();
    names.join(", ")
}
