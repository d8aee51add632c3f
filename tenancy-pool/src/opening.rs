//! What goes ahead of a transaction's first statement.

/// The statements that begin a transaction, in messages.
#[derive(Debug, Default)]
pub struct Opening {
    messages: Vec<String>,
    together: bool,
}

impl Opening {
    /// All of them in one message: the server reads a message as a whole, so this is only for statements that are known to
    /// make sense.
    pub(super) fn together() -> Self {
        Self { messages: Vec::new(), together: true }
    }

    /// Each in a message of its own.
    pub(super) fn apart() -> Self {
        Self::default()
    }

    pub(super) fn push(&mut self, statement: impl Into<String> + AsRef<str>) {
        match self.messages.first_mut().filter(|_| self.together) {
            Some(message) => message.extend([";", statement.as_ref()]),
            None => self.messages.push(statement.into()),
        }
    }
}

/// What goes ahead of a statement, in this order.
#[derive(Debug, Default)]
pub struct Before {
    /// What begins the transaction.
    pub(super) opening: Opening,
    /// The sealed tenant.
    pub(super) seal: Option<Seal>,
    /// Savepoints, and their ends.
    pub(super) savepoints: Vec<String>,
}

impl Before {
    /// Only the opening's messages.
    #[cfg(feature = "tenants-postgres")]
    pub(super) fn take_opening(&mut self) -> Vec<String> {
        std::mem::take(&mut self.opening.messages)
    }

    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        self.opening.messages.iter().chain(&self.savepoints)
    }
}

/// A sealed tenant that is to be told to the database.
///
/// As a bound value: the text of a statement can be read in `pg_stat_activity` and in `pg_stat_statements` by other sessions of the
/// same role, and with it a seal that is still good.
#[derive(Debug)]
#[cfg_attr(not(feature = "tenants-postgres"), expect(dead_code, reason = "only PostgreSQL has a wall"))]
pub(super) struct Seal {
    pub(super) value: String,
    /// By the function that Citus propagates.
    pub(super) by_function: bool,
    /// Whether the statement that tells it is prepared on the connection. Only then may others be queued behind it: while it
    /// is being prepared they would overtake it, and run without a tenant.
    pub(super) prepared: bool,
}
