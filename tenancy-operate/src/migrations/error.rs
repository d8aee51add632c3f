//! Why migrations did not run.

use std::error::Error;
use std::fmt;

use tenancy_pool::placement::DatabaseName;
use tokio_postgres::error::SqlState;

use crate::ServerError;

/// What could not be done, why, and what to do about it.
#[derive(Debug)]
pub struct MigrationError {
    message: String,
    fix: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
    code: Option<SqlState>,
    no_address: Option<DatabaseName>,
}

impl MigrationError {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), fix: None, source: None, code: None, no_address: None }
    }

    pub(super) fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    pub(super) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn to_do(&self) -> Option<&str> {
        self.fix.as_deref()
    }

    /// What it leaves out because it shows rows, as the server said it.
    #[must_use]
    pub fn values(&self) -> Option<&str> {
        self.source.as_deref()?.downcast_ref::<ServerError>()?.values()
    }

    /// There is no address for this database of the catalog's.
    pub(super) fn no_address(name: &DatabaseName) -> Self {
        let error = Self::new(format!("there is no address for the database {:?}", name.as_str()));
        Self {
            no_address: Some(name.clone()),
            ..error.fix("name its address, for a role that owns the tables there")
        }
    }

    /// The database that there is no address for, where that is the reason.
    #[must_use]
    pub fn database_without_address(&self) -> Option<&DatabaseName> {
        self.no_address.as_ref()
    }

    /// The server's code for it, where it was the server that said so.
    #[must_use]
    pub fn sqlstate(&self) -> Option<&str> {
        self.code.as_ref().map(SqlState::code)
    }

    /// The message with all that stands behind it.
    pub(super) fn whole(&self) -> String {
        let mut text = self.message.clone();
        let mut source = self.source();
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        text
    }
}

impl fmt::Display for MigrationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for MigrationError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// What an error means for whoever could try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// A lock was not to be had in time, or not without a deadlock.
    Lock,
    /// The connection is gone, and with it the transaction.
    Lost,
    /// Another attempt would end the same.
    Other,
}

impl Cause {
    pub(super) fn of(error: &tokio_postgres::Error) -> Self {
        let Some(code) = error.code() else { return Self::Lost };
        if [
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ]
        .contains(code)
        {
            Self::Lock
        } else if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
            .contains(code)
        {
            Self::Lost
        } else {
            Self::Other
        }
    }
}

/// The error of a statement, said while doing `what`.
pub(super) fn database(what: impl fmt::Display) -> impl FnOnce(tokio_postgres::Error) -> MigrationError {
    move |error| {
        let mut failed = MigrationError::new(what.to_string());
        failed.code = error.code().cloned();
        if let Some(fix) = fix(&error) {
            failed = failed.fix(fix);
        }
        failed.because(ServerError::from(error))
    }
}

fn fix(error: &tokio_postgres::Error) -> Option<&'static str> {
    let Some(code) = error.code() else {
        return Some("run it again when the server answers: it goes on where it was");
    };
    let said = error.as_db_error().map_or("", |said| said.message());
    match Cause::of(error) {
        Cause::Lock => {
            return Some(
                "end what holds the lock, or run it again when it has ended: it goes on where it was",
            );
        }
        Cause::Lost => return Some("run it again when the server answers: it goes on where it was"),
        Cause::Other => {}
    }
    // Citus sends a worker the whole of a message for each statement of it.
    if said.contains("cannot insert multiple commands into a prepared statement")
        || said.contains("cannot execute a distributed query from a query on a shard")
    {
        return Some("on Citus give each statement for a distributed table a migration of its own");
    }
    if *code == SqlState::INSUFFICIENT_PRIVILEGE && said.contains("row-level security policy") {
        Some(
            "connect as a role that sees every row (BYPASSRLS); or, where the migration means to see one tenant's, say `SET LOCAL row_security = on` in it",
        )
    } else if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        Some("connect as the owner of the tables, who may create in this schema")
    } else if [SqlState::DISK_FULL, SqlState::OUT_OF_MEMORY].contains(code) {
        Some("make room on the database server, and run it again: it goes on where it was")
    } else if *code == SqlState::ACTIVE_SQL_TRANSACTION {
        Some(
            "such a statement stands alone in its migration, whose metadata.toml says `run_in_transaction = false`",
        )
    } else if *code == SqlState::QUERY_CANCELED {
        Some("give it more time by a larger limit for statements, or do less in one migration")
    } else if *code == SqlState::READ_ONLY_SQL_TRANSACTION {
        Some("give the address of the primary: this one answers for a replica, or is read-only")
    } else {
        None
    }
}
