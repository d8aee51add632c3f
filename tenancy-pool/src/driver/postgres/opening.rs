//! What opens a transaction on PostgreSQL.

use crate::options::TransactionOptions;

/// What opens a transaction: messages, then the sealed tenant.
#[derive(Debug, Default)]
pub struct Opening {
    messages: Vec<String>,
    together: bool,
    #[cfg(feature = "rls")]
    pub(super) seal: Option<Seal>,
}

/// A sealed tenant that is to be told to the database.
///
/// As a bound value: the text of a statement can be read in `pg_stat_activity` and in `pg_stat_statements` by other sessions of the
/// same role, and with it a seal that is still good.
#[cfg(feature = "rls")]
#[derive(Debug)]
pub(super) struct Seal {
    pub(super) value: String,
    /// By the function that Citus propagates.
    pub(super) by_function: bool,
}

impl Opening {
    /// A BEGIN. `together` says that all messages may be one: the server reads a message as a whole, so this is only for
    /// statements that are known to make sense.
    pub(super) fn begin(options: TransactionOptions, together: bool) -> Self {
        let mut opening = Self { together, ..Self::default() };
        opening.push(if options.read_only { "BEGIN READ ONLY" } else { "BEGIN" });
        // Apart from BEGIN, which must not fail: a standby refuses to be serializable, and what is sent behind a BEGIN that
        // failed would run outside of any transaction.
        let level = options.isolation.map(|level| format!("ISOLATION LEVEL {level}"));
        let modes: Vec<_> =
            level.into_iter().chain(options.deferrable.then(|| "DEFERRABLE".to_owned())).collect();
        if !modes.is_empty() {
            opening.push(format!("SET TRANSACTION {}", modes.join(", ")));
        }
        opening
    }

    pub(super) fn push(&mut self, statement: impl Into<String> + AsRef<str>) {
        match self.messages.first_mut().filter(|_| self.together) {
            Some(message) => message.extend([";", statement.as_ref()]),
            None => self.messages.push(statement.into()),
        }
    }

    pub(super) fn take_messages(&mut self) -> Vec<String> {
        std::mem::take(&mut self.messages)
    }
}
