//! How a transaction is to be opened.

use std::fmt;

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
/// use tenancy_pool::{IsolationLevel, TransactionOptions};
///
/// let report = TransactionOptions::new().isolation(IsolationLevel::Serializable).read_only().deferrable();
/// # let _ = report;
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[must_use = "options do nothing until a transaction is begun with them"]
#[cfg_attr(
    not(any(feature = "postgres", feature = "mysql", feature = "sqlite")),
    allow(dead_code, reason = "only drivers read them")
)]
pub struct TransactionOptions {
    pub(crate) isolation: Option<IsolationLevel>,
    pub(crate) read_only: bool,
    pub(crate) deferrable: bool,
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
}
