//! How a move goes about it, and what it tells meanwhile.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::Obstacle;

/// What happens during a move.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// Changes at the source are followed from here on.
    Following,
    /// Rows of a table were copied, with what had changed meanwhile.
    Copied {
        /// The table.
        table: &'a str,
        /// How many.
        rows: u64,
    },
    /// Both sides had the same rows, at one moment before the stop.
    Rehearsed {
        /// How many.
        rows: u64,
        /// How long bringing and comparing took.
        took: Duration,
    },
    /// The rows of tables differ, and are brought anew.
    Differed {
        /// The tables.
        obstacles: &'a [Obstacle],
    },
    /// Triggers that follow the changes were not as they had been made, and are now.
    Guarded {
        /// The tables and their parts.
        obstacles: &'a [Obstacle],
    },
    /// A lock was not to be had for now: that of the stop, or of a table whose triggers are made or dropped.
    Waiting {
        /// What was in the way.
        message: &'a str,
    },
    /// Rows are being erased.
    Erasing,
    /// On Citus: the tenant gets a shard of its own.
    Isolating,
    /// On Citus: the tenant's shards are brought to another node.
    Transferring,
}

/// Which server a destination is expected on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExpectedServer {
    /// That of the catalog.
    Same,
    /// Another.
    Other,
}

/// How a move goes about it.
#[derive(Clone)]
#[must_use]
pub struct Options {
    pub(super) batch: u32,
    pub(super) lock_wait: Duration,
    pub(super) stop_limit: Duration,
    pub(super) attempts: u32,
    pub(super) pause: Duration,
    pub(super) patience: Duration,
    pub(super) erase_source: bool,
    pub(super) server: Option<ExpectedServer>,
    told: Arc<dyn Fn(&Event<'_>) + Send + Sync>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 10_000,
            lock_wait: Duration::from_millis(500),
            stop_limit: Duration::from_secs(5),
            attempts: 30,
            pause: Duration::from_secs(1),
            patience: Duration::from_secs(20),
            erase_source: false,
            server: None,
            told: Arc::new(|_| {}),
        }
    }
}

impl Options {
    /// Ten thousand rows a transaction; half a second for transactions under way to end, tried thirty times; five seconds for the whole stop.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many rows are copied in one transaction, at least one.
    pub fn batch(self, rows: u32) -> Self {
        Self { batch: rows.max(1), ..self }
    }

    /// How long transactions under way may take to end, while the tenant's other writes wait. If they take longer the stop is given up, and tried
    /// again later.
    pub fn lock_wait(self, wait: Duration) -> Self {
        Self { lock_wait: wait.max(Duration::from_millis(1)), ..self }
    }

    /// How long the tenant's writes may be stopped in all. A rehearsal that takes longer is an error; a stop that takes longer is ended.
    pub fn stop_limit(self, limit: Duration) -> Self {
        Self { stop_limit: limit, ..self }
    }

    /// How often a stop is tried, and the lock of a table whose triggers are made or dropped; at least once.
    pub fn attempts(self, attempts: u32) -> Self {
        Self { attempts: attempts.max(1), ..self }
    }

    /// How long the sessions of another process that works on the same move may take to end, twenty seconds unless said otherwise: the server
    /// notices a little later that one was killed.
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Erases the source's rows as soon as the tenant is switched, and not only when the move is finished.
    pub fn erase_source(self) -> Self {
        Self { erase_source: true, ..self }
    }

    /// Refuses a destination on another server than is expected.
    pub fn expect_server(self, server: ExpectedServer) -> Self {
        Self { server: Some(server), ..self }
    }

    /// Tells what happens.
    pub fn telling(self, told: impl Fn(&Event<'_>) + Send + Sync + 'static) -> Self {
        Self { told: Arc::new(told), ..self }
    }

    pub(super) fn tell(&self, event: &Event<'_>) {
        (self.told)(event);
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("batch", &self.batch)
            .field("lock_wait", &self.lock_wait)
            .field("stop_limit", &self.stop_limit)
            .field("attempts", &self.attempts)
            .field("erase_source", &self.erase_source)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}
