//! What goes ahead of statements on PostgreSQL.

use super::told::Told;
use crate::options::TransactionOptions;

/// What opens a transaction, or is told to the session ahead of a single statement: messages, then the sealed tenant.
#[derive(Debug, Default)]
pub struct Opening {
    messages: Vec<String>,
    together: bool,
    /// It opens no transaction.
    pub(super) in_session: bool,
    /// What comes behind it may leave the session other than it was.
    pub(super) writes: bool,
    /// Whose the session is when it is confirmed.
    pub(super) leaves: Told,
    /// Until then the session may be another tenant's: raw SQL must not run if it fails.
    pub(super) foreign: bool,
    /// Nothing is to run if it fails.
    pub(super) confirmed_first: bool,
    #[cfg(feature = "rls")]
    pub(super) seal: Option<Seal>,
    /// What is told in one transaction with the statement, where the connection can.
    #[cfg(feature = "one-sync")]
    pub(super) telling: super::one_sync::Telling,
}

/// A sealed tenant that is to be told to the database.
///
/// As a bound value: the text of a statement can be read in `pg_stat_activity` and in `pg_stat_statements` by other sessions of the
/// same role, and with it a seal that is still good.
#[cfg(feature = "rls")]
#[derive(Debug)]
pub(super) struct Seal {
    pub(super) value: String,
    /// Until the transaction ends.
    pub(super) local: bool,
    /// By the function that Citus propagates.
    pub(super) by_function: bool,
}

/// How a session is set right that somebody else's statements have run in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reset {
    /// To what the connection was opened with.
    All,
    /// Behind a pooler: what it gave this client on whichever session is the pooler's to keep, so that only the rest is set back,
    /// as far as it changes what statements mean or whether they run.
    Rest,
}

impl Reset {
    pub(super) const fn statements(self) -> &'static str {
        match self {
            // The role is left out of `ALL`.
            Self::All => "RESET SESSION AUTHORIZATION;RESET ROLE;RESET ALL",
            Self::Rest => {
                "RESET SESSION AUTHORIZATION;RESET ROLE;RESET search_path;RESET row_security;\
                 RESET default_transaction_read_only;RESET default_transaction_isolation;\
                 RESET default_transaction_deferrable;RESET bytea_output;RESET extra_float_digits;\
                 RESET statement_timeout;RESET lock_timeout;SET client_encoding TO 'UTF8'"
            }
        }
    }
}

impl Opening {
    /// A BEGIN. `together` says that all messages may be one: the server reads a message as a whole, so this is only for
    /// statements that are known to make sense.
    ///
    /// `reset` sets the session right first. That is a transaction of its own in the same message: a transaction takes its
    /// isolation level from the session when it begins.
    pub(super) fn begin(options: TransactionOptions, reset: Option<Reset>, together: bool) -> Self {
        let mut opening = Self { together, writes: !options.read_only, ..Self::default() };
        let begin = if options.read_only { "BEGIN READ ONLY" } else { "BEGIN" };
        opening.push(match reset {
            Some(reset) => format!("BEGIN;{};COMMIT;{begin}", reset.statements()),
            None => begin.to_owned(),
        });
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

    /// What is told to a session, as one message: it holds as a whole, or not at all.
    pub(super) fn in_session(writes: bool) -> Self {
        Self { together: true, in_session: true, writes, ..Self::default() }
    }

    pub(super) fn push(&mut self, statement: impl Into<String> + AsRef<str>) {
        match self.messages.first_mut().filter(|_| self.together) {
            Some(message) => message.extend([";", statement.as_ref()]),
            None => self.messages.push(statement.into()),
        }
    }

    pub(super) fn take_messages(&mut self) -> Vec<String> {
        let mut messages = std::mem::take(&mut self.messages);
        if self.in_session {
            // So that nothing runs behind it if it fails in the middle: the block would be open still, and refuse everything.
            messages.iter_mut().for_each(|message| *message = format!("BEGIN;{message};COMMIT"));
        }
        messages
    }
}
