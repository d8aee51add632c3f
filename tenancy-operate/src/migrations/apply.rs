//! One attempt at one migration.

use tokio_postgres::SimpleQueryMessage;

use super::error::{Cause, MigrationError, database};
use super::folder::Migration;
use super::options::Options;
use super::session::Session;
use super::target::Target;
use crate::relocation::failpoint::reached;
use crate::tenants::sql::literal;

/// How an attempt failed.
pub(super) struct Failed {
    pub(super) error: MigrationError,
    /// Whether another attempt may end better.
    pub(super) may_be_tried_again: bool,
    /// Whether the connection is gone.
    pub(super) is_lost: bool,
}

impl Failed {
    fn for_good(error: MigrationError) -> Self {
        Self { error, may_be_tried_again: false, is_lost: false }
    }
}

impl Session {
    /// Applies it and records it, both or neither where it runs in a transaction.
    pub(super) async fn apply(
        &self,
        target: &Target,
        migration: &Migration,
        options: &Options,
    ) -> Result<(), Failed> {
        let doing = format!("{target}: migration {}", migration.name);
        let text = migration.text(target.schema.as_ref());
        let applied = if migration.in_transaction {
            self.in_transaction(migration, &text, options).await
        } else {
            self.alone_in_its_message(migration, &text, options, target).await
        };
        match applied {
            Ok(()) => Ok(()),
            Err(Attempt::Refused(error)) => Err(Failed::for_good(error)),
            Err(Attempt::Database(error)) => {
                let cause = Cause::of(&error);
                // What is left of the transaction; a connection that is lost has ended it.
                let _ended = self.client.batch_execute("ROLLBACK").await;
                let failed = Failed {
                    may_be_tried_again: cause != Cause::Other,
                    is_lost: cause == Cause::Lost || self.client.is_closed(),
                    error: database(doing)(error),
                };
                if migration.in_transaction || failed.is_lost {
                    return Err(failed);
                }
                let failed = self.perhaps_done(migration, failed);
                // Half an index would be taken for one by `IF NOT EXISTS`.
                match self.whole(target, migration).await {
                    Ok(()) => Err(failed),
                    Err(left) => {
                        let fix = left.to_do().unwrap_or_default().to_owned();
                        Err(Failed::for_good(left.because(failed.error.whole()).fix(fix)))
                    }
                }
            }
        }
    }

    /// A migration that is in no transaction may have been done by a run that died before it could record it.
    fn perhaps_done(&self, migration: &Migration, failed: Failed) -> Failed {
        const THERE: [&str; 4] = ["42P07", "42710", "42701", "42P06"];
        if !failed.error.sqlstate().is_some_and(|code| THERE.contains(&code)) {
            return failed;
        }
        let record =
            format!("INSERT INTO {} (version) VALUES ({});", self.record(), literal(&migration.version));
        let fix = format!("if it is what this migration makes, record it, and run this again: {record}");
        Failed { error: failed.error.fix(fix), ..failed }
    }

    async fn in_transaction(
        &self,
        migration: &Migration,
        text: &str,
        options: &Options,
    ) -> Result<(), Attempt> {
        self.reset(options).await?;
        let begun = self.client.simple_query("BEGIN; SELECT pg_catalog.pg_current_xact_id()").await?;
        let transaction = begun.iter().find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0),
            _ => None,
        });
        self.client.batch_execute(text).await?;
        reached("migrate.executed").await;
        // The migration may have taken on a role that may not write this table.
        self.client.batch_execute("RESET SESSION AUTHORIZATION; RESET ROLE").await?;
        let record = format!(
            "INSERT INTO {} (version) SELECT $1 WHERE pg_catalog.pg_current_xact_id()::text OPERATOR(pg_catalog.=) $2",
            self.record()
        );
        if self.client.execute(&record, &[&migration.version, &transaction]).await? == 0 {
            let _ended = self.client.batch_execute("ROLLBACK").await;
            return Err(Attempt::Refused(
                MigrationError::new(format!(
                    "migration {} ends the transaction that it runs in: what it did before that stays, and is not recorded",
                    migration.name
                ))
                .fix("take BEGIN, COMMIT and ROLLBACK out of it, undo by hand what it did here, and run it again"),
            ));
        }
        reached("migrate.recorded").await;
        self.client.batch_execute("COMMIT").await?;
        reached("migrate.committed").await;
        Ok(())
    }

    /// One message, as Diesel sends it: of several statements the server would make a transaction.
    async fn alone_in_its_message(
        &self,
        migration: &Migration,
        text: &str,
        options: &Options,
        target: &Target,
    ) -> Result<(), Attempt> {
        self.reset(options).await?;
        self.client.batch_execute(text).await?;
        reached("migrate.unrecorded").await;
        self.whole(target, migration).await.map_err(Attempt::Refused)?;
        self.client.batch_execute("RESET SESSION AUTHORIZATION; RESET ROLE").await?;
        self.client
            .execute(&format!("INSERT INTO {} (version) VALUES ($1)", self.record()), &[&migration.version])
            .await?;
        Ok(())
    }

    /// Sees to it that no index is left half built, before and after a migration that is in no transaction.
    pub(super) async fn whole(&self, target: &Target, migration: &Migration) -> Result<(), MigrationError> {
        let left = self.invalid_indexes().await?;
        if left.is_empty() {
            return Ok(());
        }
        let drop: Vec<_> = left.iter().map(|index| format!("DROP INDEX CONCURRENTLY {index};")).collect();
        Err(MigrationError::new(format!(
            "{target}: migration {} is in no transaction, and there are indexes that were not finished (INVALID): {}",
            migration.name,
            left.join(", ")
        ))
        .fix(format!("drop them, and run it again: {}", drop.join(" "))))
    }
}

enum Attempt {
    Database(tokio_postgres::Error),
    Refused(MigrationError),
}

impl From<tokio_postgres::Error> for Attempt {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Database(error)
    }
}
