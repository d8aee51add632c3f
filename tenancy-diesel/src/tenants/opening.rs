//! What goes ahead of a transaction's first statement.

/// What goes ahead of a statement, in this order.
#[derive(Debug, Default)]
pub struct Before {
    /// What begins the transaction: each a message of its own.
    pub(super) opening: Vec<String>,
    /// The sealed tenant.
    pub(super) seal: Option<Seal>,
    /// Savepoints, and their ends.
    pub(super) savepoints: Vec<String>,
}

impl Before {
    pub(super) fn texts(&self) -> impl Iterator<Item = &String> {
        self.opening.iter().chain(&self.savepoints)
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
