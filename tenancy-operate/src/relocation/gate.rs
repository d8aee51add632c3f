//! What the source's gate does in a stop: its locks, and that the triggers behind them are as they were made.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::copy::Work;
use super::error::{Obstacle, RelocationError};
use super::options::Event;
use super::stop::Switch;
use super::{family, follow, holders};
use crate::server_limit::milliseconds;

impl Switch<'_> {
    /// Sees to it that the triggers are as they were made, on parts as well that were made since. What was written meanwhile is found by comparing.
    pub(super) async fn guard(&self) -> Result<(), RelocationError> {
        let unguarded = self.unguarded().await?;
        if unguarded.is_empty() {
            return Ok(());
        }
        self.options.tell(&Event::Guarded { obstacles: &unguarded });
        let Work { objects, tables, .. } = *self.work;
        follow::install(self.gate, objects, tables, self.tenant.as_str(), self.across, self.options).await
    }

    /// The tables and parts whose changes are not followed as they should be. A part that is gone is an error.
    pub(super) async fn unguarded(&self) -> Result<Vec<Obstacle>, RelocationError> {
        let Work { objects, tables, .. } = *self.work;
        let found = follow::guard::look(self.gate, objects, tables, self.tenant.as_str()).await?;
        if !found.detached.is_empty() {
            return Err(RelocationError::Impossible(found.detached));
        }
        let members = family::members(self.gate, tables).await?;
        match self.members.iter().find(|(number, _)| !members.contains_key(*number)) {
            None => Ok(found.unguarded),
            Some((_, name)) => Err(RelocationError::refused(
                format!("{name}, a table or a part of one, is gone since this began"),
                "if that is meant, run it again: what is there now is compared anew, row by row",
            )),
        }
    }

    /// Takes the lock that waits for the tenant's writes and has later ones wait; whether it was to be had. Before it, the locks of a writer on the tables
    /// and their parts: behind those waits whoever would disable a trigger, TRUNCATE, detach or drop, and nobody who writes or vacuums.
    pub(super) async fn shut(&self) -> Result<bool, RelocationError> {
        let (gate, changes) = (self.gate, self.work.objects.changes());
        let names: Vec<_> = self.work.tables.iter().map(|table| table.source.sql()).collect();
        let tables = if names.is_empty() {
            String::new()
        } else {
            format!("LOCK TABLE {} IN ROW EXCLUSIVE MODE;", names.join(", "))
        };
        let wait = milliseconds(self.options.lock_wait);
        // Should this process vanish without a word, the server ends the stop.
        let idle = milliseconds(self.options.stop_limit.saturating_mul(2).max(Duration::from_secs(5)));
        let lock = format!(
            "BEGIN; SET LOCAL lock_timeout = {wait}; SET LOCAL idle_in_transaction_session_timeout = {idle};
             {tables} LOCK TABLE {changes} IN SHARE MODE"
        );
        match gate.run("stopping the tenant's writes", &lock).await {
            Ok(()) => Ok(true),
            Err(RelocationError::Database { said, .. })
                if said.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) =>
            {
                gate.run("letting the tenant's writes go on", "ROLLBACK").await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Lets the tenant's writes go on. Where the connection is lost, the server does.
    pub(super) async fn reopen(&self) {
        let _lost = self.gate.run("letting the tenant's writes go on", "ROLLBACK").await;
    }

    /// Who did not let the stop begin.
    pub(super) async fn in_the_way(&self) -> Result<String, RelocationError> {
        let changes = format!("'{}'::regclass", self.work.objects.changes());
        let members =
            format!("{} SELECT member FROM family", family::family(&family::roots(self.work.tables)));
        let sought =
            [(changes.as_str(), &holders::WRITING[..]), (members.as_str(), &holders::AGAINST_WRITING[..])];
        let names = holders::named(self.gate, &sought).await?;
        Ok(holders::told(&names, "have written its rows, or alter its tables,"))
    }
}
