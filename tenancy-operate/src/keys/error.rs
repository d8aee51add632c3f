//! Why a key was not installed, retired or seen.

use diesel::result::{DatabaseErrorKind, Error};

/// What was to be done with the keys was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The database has no table of keys.
    #[error("the database has no table of sealing keys: run the wall's migration first")]
    NoTable,
    /// The role is not the one that keeps the keys.
    #[error(
        "the role of this connection may not change the sealing keys: connect as the owner of the schema tenancy, or as a superuser"
    )]
    Role(#[source] Error),
    /// There is another secret under the same number.
    #[error(
        "the database has another secret under the number {id}, and a number is used for one secret only: give the new secret a new number"
    )]
    AnotherSecret {
        /// The number.
        id: u16,
    },
    /// Whoever seals with it would be locked out.
    #[error(
        "the sealing key {id} is the last one that is good for what it seals ({others} others are installed), and without it every sealed \
         transaction of its applications fails: install the next key first, or say why they are to be locked out"
    )]
    Lockout {
        /// The number.
        id: u16,
        /// How many other keys there are.
        others: usize,
    },
    /// Applications were to be locked out without a reason.
    #[error("applications are to be locked out without a reason, and nobody will know why: give one")]
    NoReason,
    /// What the key is made of would be in the server's log.
    #[error(
        "the server logs the values of statements ({settings}), so what the key is made of would be in its log, and this role may not leave it \
         out: do it as a superuser, or `GRANT SET ON PARAMETER {needed}` to this role (PostgreSQL 15 and newer)"
    )]
    Logged {
        /// The settings by which it does.
        settings: String,
        /// Those that would have to be set.
        needed: &'static str,
    },
    /// The database did not answer.
    #[error("the database did not do it, and the keys are as they were")]
    Database(#[from] Error),
}

impl KeyError {
    /// Of an error of the database's.
    pub(super) fn of(error: Error) -> Self {
        match &error {
            Error::DatabaseError(DatabaseErrorKind::Unknown, information)
                if information.message().starts_with("permission denied") =>
            {
                Self::Role(error)
            }
            _ => Self::Database(error),
        }
    }
}
