//! What the status table says.

use serde::Serialize;

use super::Migrator;
use super::error::{MigrationError, database};
use super::journal::{self, ALIVE};
use super::target::named;

/// How far a migration is at a target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It runs.
    Running,
    /// It waits for another attempt.
    Waiting,
    /// It failed.
    Failed,
    /// The run ended in the middle of it: the next one sees what there is, and goes on.
    Interrupted,
    /// It is applied.
    Applied,
}

/// A migration at a target that is not applied, or a target with all that is.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct StatusRow {
    /// Where: as [`Target`](super::Target) is written.
    pub target: String,
    /// Which: that which is not applied, or the newest that is.
    pub migration: String,
    /// How far it is.
    pub state: State,
    /// How many are applied at this target.
    pub applied: i64,
    /// How often it was tried in the last run.
    pub attempts: i32,
    /// What went wrong last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The role that ran it.
    pub by: String,
    /// When it was begun.
    pub started_at: String,
}

/// What the status table says, one row a target.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The targets.
    pub targets: Vec<StatusRow>,
}

const READ: &str = "
SELECT DISTINCT ON (database_name, schema_name)
       database_name, schema_name, name, state, attempts, error, run_by, to_char(started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),
       count(*) FILTER (WHERE state = 'applied') OVER (PARTITION BY database_name, schema_name),
       run IS NOT NULL AND EXISTS (
           SELECT FROM pg_locks AS l
            WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
              AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND (l.classid::bigint << 32) | l.objid::bigint = {ALIVE})
  FROM tenancy.migration_steps
 ORDER BY database_name, schema_name, state = 'applied', version DESC";

impl Migrator {
    /// Reads the status table, and connects to no target.
    ///
    /// # Errors
    ///
    /// When the catalog's database cannot be read. Where nothing has run there are no targets.
    pub async fn status(&self) -> Result<Status, MigrationError> {
        let home = journal::home(&self.connect, &self.home).await?;
        if !journal::exists(&home).await? {
            return Ok(Status { targets: Vec::new() });
        }
        let rows = home.query(&READ.replace("{ALIVE}", ALIVE), &[]).await;
        let rows =
            rows.map_err(database("the status of migrations (tenancy.migration_steps) cannot be read"))?;
        let targets = rows.iter().map(|row| {
            let is_alive: bool = row.get(9);
            let state = match row.get::<_, &str>(3) {
                "applied" => State::Applied,
                "failed" => State::Failed,
                _ if !is_alive => State::Interrupted,
                "waiting" => State::Waiting,
                _ => State::Running,
            };
            StatusRow {
                target: named(row.get(0), row.get(1)),
                migration: row.get(2),
                state,
                attempts: row.get(4),
                error: row.get(5),
                by: row.get(6),
                started_at: row.get(7),
                applied: row.get(8),
            }
        });
        Ok(Status { targets: targets.collect() })
    }
}
