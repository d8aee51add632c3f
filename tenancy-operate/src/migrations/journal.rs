//! What was done and is being done, in a table of the catalog's database.

use std::collections::HashMap;

use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tokio::sync::Mutex;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::error::{MigrationError, database};
use super::folder::Migration;
use super::target::Target;

/// The statement that makes the table. It may be run again, and changes nothing then.
pub const STATUS_MIGRATION: &str = include_str!("up.sql");

/// The lock that a run holds for as long as it lives: what is `running` without it was interrupted.
pub(super) const ALIVE: &str = "hashtextextended('tenancy.migrate run ' || run::text, 0)";

/// The journal of one run. Its connection is made again when it is lost: the targets may well be on another server.
pub(super) struct Journal {
    connect: OperatorConnection,
    address: DatabaseAddress,
    run: Uuid,
    client: Mutex<Client>,
}

/// What the journal knows of one migration on one target.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) checksum: Option<String>,
    /// Another text's, that was said to be as good.
    pub(super) accepted: Option<String>,
    pub(super) state: String,
}

/// By the target's two names, and the version.
pub(super) type Steps = HashMap<(String, String), HashMap<String, Step>>;

impl Journal {
    pub(super) async fn open(
        connect: &OperatorConnection,
        address: &DatabaseAddress,
    ) -> Result<Self, MigrationError> {
        let (run, client) = (Uuid::now_v7(), home(connect, address).await?);
        prepare(&client).await?;
        alive(&client, run).await?;
        Ok(Self { connect: connect.clone(), address: address.clone(), run, client: Mutex::new(client) })
    }

    /// All that it knows.
    pub(super) async fn steps(&self) -> Result<Steps, MigrationError> {
        steps(&*self.client.lock().await).await
    }

    /// The migration's text is as good as the one that was applied in these places.
    pub(super) async fn accept(
        &self,
        migration: &Migration,
        of_schemas: Option<bool>,
    ) -> Result<(), MigrationError> {
        self.write(
            "UPDATE tenancy.migration_steps SET accepted = $2
              WHERE version = $1 AND state = 'applied' AND checksum <> $2 AND coalesce((schema_name <> '') = $3, true)",
            &[&migration.version, &migration.checksum, &of_schemas],
        )
        .await
    }

    /// A migration is begun on a target, before anything of it is done.
    pub(super) async fn begin(
        &self,
        target: &Target,
        migration: &Migration,
        attempts: u32,
    ) -> Result<(), MigrationError> {
        let (db, schema) = target.key();
        let attempts = attempts_of(attempts);
        self.write(
            "INSERT INTO tenancy.migration_steps AS s (database_name, schema_name, version, name, checksum, state, attempts, run)
             VALUES ($1, $2, $3, $4, $5, 'running', $6, $7)
             ON CONFLICT (database_name, schema_name, version) DO UPDATE
                SET name = excluded.name, checksum = excluded.checksum, accepted = NULL, state = 'running', attempts = excluded.attempts, run = excluded.run,
                    run_by = session_user, started_at = CASE WHEN s.run = excluded.run THEN s.started_at ELSE clock_timestamp() END,
                    finished_at = NULL, error = CASE WHEN s.run = excluded.run THEN s.error END",
            &[&db, &schema, &migration.version, &migration.name, &migration.checksum, &attempts, &self.run],
        )
        .await
    }

    /// How an attempt ended: the state, and the reason if it did not end well.
    pub(super) async fn ended(
        &self,
        target: &Target,
        migration: &Migration,
        state: &str,
        error: Option<&MigrationError>,
    ) -> Result<(), MigrationError> {
        let (db, schema) = target.key();
        let error = error.map(MigrationError::whole);
        self.write(
            "UPDATE tenancy.migration_steps SET state = $4, error = $5, finished_at = CASE WHEN $4 = 'waiting' THEN NULL ELSE clock_timestamp() END
              WHERE database_name = $1 AND schema_name = $2 AND version = $3",
            &[&db, &schema, &migration.version, &state, &error],
        )
        .await
    }

    /// These are applied there, and the journal did not know: by Diesel, or by a run that died before it could say so.
    ///
    /// Such a run's checksum is what was applied; whose text anybody else applied is not known.
    pub(super) async fn adopt(
        &self,
        target: &Target,
        versions: &[(String, String)],
    ) -> Result<(), MigrationError> {
        let (db, schema) = target.key();
        let (versions, names): (Vec<_>, Vec<_>) =
            versions.iter().map(|(version, name)| (version.as_str(), name.as_str())).unzip();
        self.write(
            "INSERT INTO tenancy.migration_steps AS s (database_name, schema_name, version, name, state, finished_at)
             SELECT $1, $2, version, name, 'applied', clock_timestamp() FROM unnest($3::text[], $4::text[]) AS t (version, name)
             ON CONFLICT (database_name, schema_name, version) DO UPDATE
                SET checksum = CASE WHEN s.state = 'failed' THEN NULL ELSE s.checksum END, state = 'applied', error = NULL,
                    finished_at = clock_timestamp()
              WHERE s.state <> 'applied'",
            &[&db, &schema, &versions, &names],
        )
        .await
    }

    async fn write(&self, statement: &str, values: &[&(dyn ToSql + Sync)]) -> Result<(), MigrationError> {
        let mut client = self.client.lock().await;
        let mut tried_before = false;
        loop {
            let Err(error) = client.execute(statement, values).await else { return Ok(()) };
            if tried_before || !client.is_closed() {
                return Err(
                    database("the status of migrations (tenancy.migration_steps) cannot be written")(error),
                );
            }
            // Each of the statements may be run twice.
            tried_before = true;
            *client = home(&self.connect, &self.address).await?;
            alive(&client, self.run).await?;
        }
    }
}

/// Connects to the catalog's database.
pub(super) async fn home(
    connect: &OperatorConnection,
    address: &DatabaseAddress,
) -> Result<Client, MigrationError> {
    connect.client(address).await.map_err(|error| {
        MigrationError::new("the catalog's database cannot be connected to")
            .because(error)
            .fix("see that the server runs, and that host, port, user, password and database are right")
    })
}

/// Whether the table is there.
pub(super) async fn exists(client: &Client) -> Result<bool, MigrationError> {
    let there =
        client.query_one("SELECT pg_catalog.to_regclass('tenancy.migration_steps') IS NOT NULL", &[]).await;
    Ok(there.map_err(database("the status of migrations cannot be looked for"))?.get(0))
}

/// What the table knows; nothing where there is none.
pub(super) async fn steps(client: &Client) -> Result<Steps, MigrationError> {
    let mut steps = Steps::new();
    if !exists(client).await? {
        return Ok(steps);
    }
    let rows = client
        .query(
            "SELECT database_name, schema_name, version, checksum, accepted, state FROM tenancy.migration_steps",
            &[],
        )
        .await
        .map_err(database("the status of migrations (tenancy.migration_steps) cannot be read"))?;
    for row in rows {
        let step = Step { checksum: row.get(3), accepted: row.get(4), state: row.get(5) };
        steps.entry((row.get(0), row.get(1))).or_default().insert(row.get(2), step);
    }
    Ok(steps)
}

async fn prepare(client: &Client) -> Result<(), MigrationError> {
    if exists(client).await? {
        return Ok(());
    }
    client.batch_execute(STATUS_MIGRATION).await.map_err(|error| {
        database("the status of migrations is not in the catalog's database, and this role may not make it")(error)
            .fix("connect once as the owner of the schema tenancy, or run `tenancy_operate::migrations::STATUS_MIGRATION` as that role")
    })
}

async fn alive(client: &Client, run: Uuid) -> Result<(), MigrationError> {
    let lock = format!("SELECT pg_advisory_lock_shared({})", ALIVE.replace("run::text", "$1::uuid::text"));
    client.execute(&lock, &[&run]).await.map(drop).map_err(database("the run cannot be marked as living"))
}

fn attempts_of(attempts: u32) -> i32 {
    i32::try_from(attempts).unwrap_or(i32::MAX)
}
