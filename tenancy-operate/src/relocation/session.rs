//! One connection of a move's.

use std::pin::{Pin, pin};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::Fuse;
use futures_util::{SinkExt as _, StreamExt as _};
use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tokio::time::{Instant, sleep};
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryStream};

use super::error::RelocationError;
use super::sql::identifier;
use crate::transaction_timeout;

/// The first key of the advisory locks by which one process at a time works on a move: the bytes of `tena`.
const LOCKS: i32 = 0x7465_6e61;

/// What a session is for. Each has a lock of its own.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Journal,
    Gate,
    Reader,
    Writer,
}

/// Text is read as it was written, whatever the server's settings are; and what is committed is on disk.
const SETTINGS: &str = "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET extra_float_digits = 1;
SET bytea_output = 'hex'; SET xmloption = 'content'; SET search_path = ''; SET row_security = on; SET jit = off; SET synchronous_commit = on;
SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '10s'";

pub(super) struct Session {
    client: Client,
    /// Where it leads, for messages.
    place: &'static str,
    /// The role that sees every tenant's rows; `None` when the session's own does.
    across: Option<String>,
}

/// The rows of an answer that is read in parts.
pub(super) struct Parts<'s> {
    session: &'s Session,
    doing: String,
    /// Fused: asked once more after its end, it has an error.
    rows: Pin<Box<Fuse<SimpleQueryStream>>>,
    size: usize,
}

impl Parts<'_> {
    /// The next of them; none when there are no more.
    pub(super) async fn next(&mut self) -> Result<Option<Texts>, RelocationError> {
        let mut part = Texts::new();
        while part.len() < self.size {
            let Some(message) = self.rows.next().await else { break };
            let message = message.map_err(|source| self.session.failed(&self.doing, source))?;
            part.extend(texts_of(&message));
        }
        Ok((!part.is_empty()).then_some(part))
    }
}

/// The row in a message, if it is one.
fn texts_of(message: &SimpleQueryMessage) -> Option<Vec<Option<String>>> {
    match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|index| row.get(index).map(str::to_owned)).collect())
        }
        _ => None,
    }
}

/// The rows of an answer, as texts.
pub(super) type Texts = Vec<Vec<Option<String>>>;

impl Session {
    pub(super) async fn open(
        connect: &OperatorConnection,
        address: &DatabaseAddress,
        place: &'static str,
    ) -> Result<Self, RelocationError> {
        let client = connect
            .client(address)
            .await
            .map_err(|error| RelocationError::Connect { place: place.to_owned(), source: Box::new(error) })?;
        let session = Self { client, place, across: None };
        session.run("preparing the session", &format!("{SETTINGS}; {}", transaction_timeout::NONE)).await?;
        Ok(session)
    }

    /// Takes the lock of this part of the move, once no session of another process has it.
    pub(super) async fn alone(
        &self,
        relocation: i32,
        part: Part,
        patience: Duration,
    ) -> Result<(), RelocationError> {
        let key = relocation.wrapping_mul(4).wrapping_add(part as i32);
        let begun = Instant::now();
        loop {
            let lock = format!("SELECT pg_try_advisory_lock({LOCKS}, {key})");
            if self.text("locking the move", &lock).await?.as_deref() == Some("t") {
                return Ok(());
            }
            if begun.elapsed() > patience {
                return Err(RelocationError::refused(
                    format!(
                        "another process is at work on this move: it holds the lock ({LOCKS}, {key}) of the {}",
                        self.place
                    ),
                    "wait until it has ended, or end it, and run this again",
                ));
            }
            sleep(Duration::from_millis(50)).await;
        }
    }

    /// Where it leads, for messages.
    pub(super) fn place(&self) -> &'static str {
        self.place
    }

    /// Who sees every tenant's rows, if not the session's own role.
    pub(super) fn acting_as(&mut self, across: Option<String>) {
        self.across = across;
    }

    /// From here on as the role that sees every tenant's rows.
    pub(super) async fn across_tenants(&self) -> Result<(), RelocationError> {
        match &self.across {
            Some(role) => {
                self.run("taking on the role across tenants", &format!("SET ROLE {}", identifier(role))).await
            }
            None => Ok(()),
        }
    }

    /// From here on as the session's own role, which owns the tables.
    pub(super) async fn as_itself(&self) -> Result<(), RelocationError> {
        self.run("leaving the role across tenants", "RESET ROLE").await
    }

    pub(super) async fn run(&self, doing: &str, sql: &str) -> Result<(), RelocationError> {
        self.client.batch_execute(sql).await.map_err(|source| self.failed(doing, source))
    }

    pub(super) async fn texts(&self, doing: &str, sql: &str) -> Result<Texts, RelocationError> {
        let messages = self.client.simple_query(sql).await.map_err(|source| self.failed(doing, source))?;
        Ok(messages.iter().filter_map(texts_of).collect())
    }

    /// The first column of the first row.
    pub(super) async fn text(&self, doing: &str, sql: &str) -> Result<Option<String>, RelocationError> {
        Ok(self.texts(doing, sql).await?.into_iter().next().and_then(|row| row.into_iter().next().flatten()))
    }

    /// A number that the statement always answers with.
    pub(super) async fn number(&self, doing: &str, sql: &str) -> Result<u64, RelocationError> {
        Ok(self.text(doing, sql).await?.and_then(|number| number.parse().ok()).unwrap_or_default())
    }

    /// How many rows it changed.
    pub(super) async fn changed(&self, doing: &str, sql: &str) -> Result<u64, RelocationError> {
        let messages = self.client.simple_query(sql).await.map_err(|source| self.failed(doing, source))?;
        Ok(messages
            .iter()
            .map(|message| match message {
                SimpleQueryMessage::CommandComplete(rows) => *rows,
                _ => 0,
            })
            .sum())
    }

    /// The rows of `query`, this many at a time.
    pub(super) async fn parts(
        &self,
        doing: &str,
        query: &str,
        size: usize,
    ) -> Result<Parts<'_>, RelocationError> {
        let rows = self.client.simple_query_raw(query).await.map_err(|source| self.failed(doing, source))?;
        Ok(Parts { session: self, doing: doing.to_owned(), rows: Box::pin(rows.fuse()), size })
    }

    /// Sends what `query` reads here into `table` of `other`, and answers with how many rows that were. The columns are text on the way.
    pub(super) async fn pour(
        &self,
        doing: &str,
        query: &str,
        other: &Self,
        into: &str,
    ) -> Result<u64, RelocationError> {
        let read = format!("COPY ({query}) TO STDOUT");
        let rows = self.client.copy_out(&read).await.map_err(|source| self.failed(doing, source))?;
        let mut rows = pin!(rows);
        // A COPY locks its target, and most have no row: those cost one round trip less.
        let Some(first) = rows.next().await else { return Ok(0) };
        let first = first.map_err(|source| self.failed(doing, source))?;
        let sink = other
            .client
            .copy_in::<_, Bytes>(&format!("COPY {into} FROM STDIN"))
            .await
            .map_err(|source| other.failed(doing, source))?;
        let mut sink = pin!(sink);
        sink.send(first).await.map_err(|source| other.failed(doing, source))?;
        while let Some(row) = rows.next().await {
            let row = row.map_err(|source| self.failed(doing, source))?;
            sink.send(row).await.map_err(|source| other.failed(doing, source))?;
        }
        sink.finish().await.map_err(|source| other.failed(doing, source))
    }

    fn failed(&self, doing: &str, source: tokio_postgres::Error) -> RelocationError {
        RelocationError::Database { doing: format!("{doing}, at the {}", self.place), said: source.into() }
    }
}
