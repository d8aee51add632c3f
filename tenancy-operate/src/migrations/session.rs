//! One connection to one target.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::migration::CREATE_MIGRATIONS_TABLE;
use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tokio::time::{Instant, sleep};
use tokio_postgres::Client;

use super::error::{MigrationError, database};
use super::options::Options;
use super::target::Target;
use crate::server_limit::milliseconds;
use crate::tenants::sql::{identifier, literal, qualified};
use crate::transaction_timeout;

/// The table in which Diesel keeps what is applied, in each target its own.
const RECORD: &str = "__diesel_schema_migrations";

pub(super) struct Session {
    pub(super) client: Client,
    target: Target,
    /// The schema's name in the database.
    pub(super) schema: String,
}

impl Session {
    /// Connects, and finds the schema. One that is missing is made where the options say so.
    pub(super) async fn open(
        connect: &OperatorConnection,
        address: &DatabaseAddress,
        target: &Target,
        create: bool,
    ) -> Result<Self, MigrationError> {
        let client = connect.client(address).await.map_err(|error| {
            MigrationError::new(format!("{target} cannot be connected to"))
                .because(error)
                .fix("see that the server runs, and that the address is right: what is done stays done")
        })?;
        let mut session = Self { client, target: target.clone(), schema: String::new() };
        session.schema = session.find_schema(create).await?;
        Ok(session)
    }

    async fn find_schema(&self, create: bool) -> Result<String, MigrationError> {
        let Some(schema) = &self.target.schema else {
            let found =
                self.one("SELECT current_schema()::text", "the default schema cannot be looked for").await?;
            return found.ok_or_else(|| {
                MigrationError::new(format!("{}: no schema of the role's search_path is there", self.target))
                    .fix("create it, or set the role's search_path in this database")
            });
        };
        let found = format!(
            "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname = {}",
            literal(schema.as_str())
        );
        if let Some(found) = self.one(&found, "the schema cannot be looked for").await? {
            return Ok(found);
        }
        if !create {
            return Err(MigrationError::new(format!("{}: there is no such schema", self.target)).fix(
                "create it with --create-schemas, or take the tenant out of the catalog, if it is gone",
            ));
        }
        self.run(&format!("CREATE SCHEMA IF NOT EXISTS {}", schema.quoted()), "the schema cannot be created")
            .await?;
        Ok(schema.as_str().to_owned())
    }

    /// Takes the target's lock, once no other session has it. It is released when the connection ends.
    pub(super) async fn alone(&self, patience: Duration) -> Result<(), MigrationError> {
        let key = format!("hashtextextended({}, 0)", literal(&format!("tenancy.migrate {}", self.schema)));
        let begun = Instant::now();
        loop {
            let lock = format!("SELECT pg_try_advisory_lock({key})::text");
            if self.one(&lock, "the target cannot be locked").await?.as_deref() == Some("true") {
                return Ok(());
            }
            if begun.elapsed() > patience {
                let holder = format!(
                    "SELECT string_agg(l.pid || ' of ' || coalesce(a.usename, '?') || ', ' || coalesce(left(a.query, 60), ''), '; ')
                       FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a USING (pid)
                      WHERE l.locktype = 'advisory' AND l.objsubid = 1 AND l.granted
                        AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                        AND (l.classid::bigint << 32) | l.objid::bigint = {key}"
                );
                let holder = self
                    .one(&holder, "the holder of the lock cannot be looked for")
                    .await?
                    .unwrap_or_default();
                return Err(MigrationError::new(format!(
                    "{}: another session is at work on its migrations (process {holder})",
                    self.target
                ))
                .fix("wait until it has ended, or end it by pg_terminate_backend, and run this again"));
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// What is applied: nothing, where Diesel's table is not there.
    pub(super) async fn applied(&self) -> Result<BTreeSet<String>, MigrationError> {
        let table = qualified(&self.schema, RECORD);
        let there = format!("SELECT pg_catalog.to_regclass({})::text", literal(&table));
        if self.one(&there, "the applied migrations cannot be looked for").await?.is_none() {
            return Ok(BTreeSet::new());
        }
        let rows = self.client.query(&format!("SELECT version::text FROM {table}"), &[]).await;
        let rows = rows.map_err(database(self.about("the applied migrations cannot be read")))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// Makes Diesel's table where there is none, by Diesel's own words.
    pub(super) async fn prepare(&self) -> Result<(), MigrationError> {
        let path = format!("SET search_path = {}", identifier(&self.schema));
        self.run(
            &format!("{path}; {CREATE_MIGRATIONS_TABLE}"),
            "the table of applied migrations cannot be made",
        )
        .await
    }

    /// Undoes what the migration before may have set, and sets the limits.
    ///
    /// Without `row_security` a role that would see a part of the rows gets an error, where it would have changed that part.
    pub(super) async fn reset(&self, options: &Options) -> Result<(), tokio_postgres::Error> {
        let path = match &self.target.schema {
            Some(schema) => format!("SET search_path = {};", schema.search_path()),
            None => String::new(),
        };
        let (lock, statement) =
            (milliseconds(options.lock_timeout), options.statement_timeout.map_or(0, milliseconds));
        self.client
            .batch_execute(&format!(
                "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; SET client_min_messages = warning; SET row_security = off;
                 SET idle_in_transaction_session_timeout = 0; SET lock_timeout = {lock}; SET statement_timeout = {statement}; {none}; {path}",
                none = transaction_timeout::NONE
            ))
            .await
    }

    /// Diesel's table, quoted.
    pub(super) fn record(&self) -> String {
        qualified(&self.schema, RECORD)
    }

    /// The indexes of this schema that are not whole, and that nobody is building.
    pub(super) async fn invalid_indexes(&self) -> Result<Vec<String>, MigrationError> {
        let rows = self
            .client
            .query(
                "SELECT pg_catalog.format('%I.%I', n.nspname, c.relname)
                   FROM pg_catalog.pg_index AS i
                   JOIN pg_catalog.pg_class AS c ON c.oid = i.indexrelid
                   JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                  WHERE NOT i.indisvalid AND c.relkind = 'i' AND n.nspname = $1
                    AND NOT EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid = c.oid)
                  ORDER BY 1",
                &[&self.schema],
            )
            .await
            .map_err(database(self.about("invalid indexes cannot be looked for")))?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    async fn run(&self, sql: &str, what: &str) -> Result<(), MigrationError> {
        self.client.batch_execute(sql).await.map_err(database(self.about(what)))
    }

    /// The one text that a query answers with.
    async fn one(&self, query: &str, what: &str) -> Result<Option<String>, MigrationError> {
        let row = self.client.query_opt(query, &[]).await.map_err(database(self.about(what)))?;
        Ok(row.and_then(|row| row.get(0)))
    }

    fn about(&self, what: &str) -> String {
        format!("{}: {what}", self.target)
    }
}
