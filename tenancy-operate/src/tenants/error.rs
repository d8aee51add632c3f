//! Why something was not done with a tenant.

use std::error::Error;
use std::fmt;

use tenancy_pool::placement::DatabaseName;
use tokio_postgres::error::SqlState;

use crate::ServerError;

/// What kind of reason it is, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OperateErrorKind {
    /// What was asked for makes no sense, or does not fit the declared tables.
    Request,
    /// The database does not let this role do it, or would show it a part of the rows only.
    Role,
    /// Something that is there stands in the way: rows, a tenant's status, another operation.
    Conflict,
    /// The database could not be reached, or the connection was lost. It may be tried again.
    Connection,
    /// A file could not be written or read.
    Storage,
    /// An export is not what it says it is.
    Corrupt,
    /// A hook of the application's failed.
    Hook,
    /// The database answered with an error.
    Database,
}

/// Why something was not done with a tenant: what, why, and what to do about it. Nothing is half done unless it says so.
#[derive(Debug)]
pub struct OperateError {
    kind: OperateErrorKind,
    message: String,
    fix: Option<String>,
    values: Option<Values>,
    source: Option<Box<dyn Error + Send + Sync>>,
    without_address: Option<DatabaseName>,
}

/// Values of rows. Not even `Debug` shows them.
struct Values(String);

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl OperateError {
    pub(crate) fn new(kind: OperateErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), fix: None, values: None, source: None, without_address: None }
    }

    /// Of a database that the catalog names, and whose address nobody knows.
    pub(crate) fn no_address(name: &DatabaseName) -> Self {
        let message = format!("no address of the database {:?} is known", name.as_str());
        Self { without_address: Some(name.clone()), ..Self::new(OperateErrorKind::Request, message) }
            .fix("give the session the addresses of the databases that the catalog names")
    }

    pub(crate) fn fix(self, fix: impl Into<String>) -> Self {
        Self { fix: Some(fix.into()), ..self }
    }

    pub(crate) fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }

    /// With the values of rows that it is about, which are shown only to whoever asks.
    pub(crate) fn values_are(self, values: impl Into<String>) -> Self {
        Self { values: Some(Values(values.into())), ..self }
    }

    /// What it leaves out because it shows rows: the keys that are taken, or what the server said of them. They are a tenant's, and errors end in logs.
    #[must_use]
    pub fn values(&self) -> Option<&str> {
        let own = self.values.as_ref().map(|Values(values)| values.as_str());
        own.or_else(|| self.source.as_deref()?.downcast_ref::<ServerError>()?.values())
    }

    /// What kind of reason it is.
    #[must_use]
    pub fn kind(&self) -> OperateErrorKind {
        self.kind
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn to_do(&self) -> Option<&str> {
        self.fix.as_deref()
    }

    /// The database whose address is missing, where that is the reason.
    #[must_use]
    pub fn database_without_address(&self) -> Option<&DatabaseName> {
        self.without_address.as_ref()
    }
}

impl fmt::Display for OperateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for OperateError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// The error of a file.
pub(crate) fn storage(what: impl fmt::Display) -> impl FnOnce(std::io::Error) -> OperateError {
    move |error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let failed = OperateError::new(OperateErrorKind::Storage, what.to_string()).because(error);
        if full {
            failed.fix("make room on the disk, or name a folder on another one, and run it again")
        } else {
            failed
        }
    }
}

/// The error of a statement, said while doing `what`.
pub(crate) fn database(what: impl fmt::Display) -> impl FnOnce(tokio_postgres::Error) -> OperateError {
    move |error| {
        let (kind, fix) = meaning(&error);
        let failed = OperateError::new(kind, what.to_string()).because(ServerError::from(error));
        match fix {
            Some(fix) => failed.fix(fix),
            None => failed,
        }
    }
}

fn meaning(error: &tokio_postgres::Error) -> (OperateErrorKind, Option<&'static str>) {
    const AGAIN: &str =
        "run it again: what was begun has been rolled back, and what was done before is known";
    let Some(code) = error.code() else {
        return (OperateErrorKind::Connection, Some(AGAIN));
    };
    if *code == SqlState::INSUFFICIENT_PRIVILEGE {
        let fix = "connect as a role that may: the tables' owner, a superuser, or the role across tenants with what the error names";
        (OperateErrorKind::Role, Some(fix))
    } else if [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED].contains(code) {
        (OperateErrorKind::Conflict, Some("something else changed the same rows: run it again"))
    } else if *code == SqlState::LOCK_NOT_AVAILABLE {
        (
            OperateErrorKind::Conflict,
            Some("something else holds the lock: end it, or run it again when it has ended"),
        )
    } else if [SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW]
        .contains(code)
    {
        (OperateErrorKind::Connection, Some(AGAIN))
    } else if *code == SqlState::DISK_FULL {
        (
            OperateErrorKind::Database,
            Some("the disk of the database server is full: make room on it, and run it again"),
        )
    } else {
        (OperateErrorKind::Database, None)
    }
}
