//! How a transaction is to be opened.

use std::fmt;

#[cfg(any(feature = "tenants-postgres", feature = "tenants-mysql", feature = "tenants-sqlite"))]
use super::opening::Opening;

/// The isolation level of a transaction, as SQL has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IsolationLevel {
    /// Each statement sees what was committed before it. PostgreSQL's default.
    ReadCommitted,
    /// All statements see the same snapshot. MySQL's default.
    RepeatableRead,
    /// As if the transactions ran one after the other; be ready to run one again.
    Serializable,
}

impl fmt::Display for IsolationLevel {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::ReadCommitted => "READ COMMITTED",
            Self::RepeatableRead => "REPEATABLE READ",
            Self::Serializable => "SERIALIZABLE",
        })
    }
}

/// How a transaction is to be opened. The default is the server's.
///
/// SQLite is always serializable and knows neither of the others: there `isolation` and `deferrable` change nothing.
///
/// # Examples
///
/// ```
/// use tenancy_diesel::tenants::{IsolationLevel, TransactionOptions};
///
/// let report = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
/// # let _ = report;
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a transaction is begun with them"]
pub struct TransactionOptions {
    isolation: Option<IsolationLevel>,
    read_only: bool,
    deferrable: bool,
}

impl TransactionOptions {
    /// The server's defaults.
    pub const fn new() -> Self {
        Self { isolation: None, read_only: false, deferrable: false }
    }

    /// Sets the isolation level.
    pub const fn isolation(mut self, level: IsolationLevel) -> Self {
        self.isolation = Some(level);
        self
    }

    /// Refuses changes: the server does on PostgreSQL and MySQL; on SQLite nothing does.
    pub const fn read_only(mut self) -> Self {
        self.read_only = true;
        self
    }

    /// Waits, before the first statement, for a snapshot that cannot fail: for a read-only serializable transaction on
    /// PostgreSQL; elsewhere it changes nothing.
    pub const fn deferrable(mut self) -> Self {
        self.deferrable = true;
        self
    }

    #[cfg(feature = "tenants-postgres")]
    pub(super) fn begin_on_postgres(&self, opening: &mut Opening) {
        opening.push(if self.read_only { "BEGIN READ ONLY" } else { "BEGIN" });
        // Apart from BEGIN, which must not fail: a standby refuses to be serializable, and what is sent behind a BEGIN that
        // failed would run outside of any transaction.
        let level = self.isolation.map(|level| format!("ISOLATION LEVEL {level}"));
        let modes: Vec<_> =
            level.into_iter().chain(self.deferrable.then(|| "DEFERRABLE".to_owned())).collect();
        if !modes.is_empty() {
            opening.push(format!("SET TRANSACTION {}", modes.join(", ")));
        }
    }

    #[cfg(feature = "tenants-mysql")]
    pub(super) fn begin_on_mysql(&self, opening: &mut Opening) {
        if let Some(level) = self.isolation {
            // Of the next transaction only, unlike SET SESSION.
            opening.push(format!("SET TRANSACTION ISOLATION LEVEL {level}"));
        }
        opening.push(if self.read_only { "START TRANSACTION READ ONLY" } else { "START TRANSACTION" });
    }

    #[cfg(feature = "tenants-sqlite")]
    pub(super) fn begin_on_sqlite(&self, opening: &mut Opening) {
        // A deferred transaction that turns from reading to writing can meet SQLITE_BUSY at any statement.
        opening.push(if self.read_only { "BEGIN" } else { "BEGIN IMMEDIATE" });
    }
}
