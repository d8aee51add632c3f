//! The pool's errors, and Diesel's, as answers.

use std::error::Error;
use std::time::Duration;

use diesel::result::{DatabaseErrorKind, Error as DieselError};
use tenancy_core::placement::CatalogError;
use tenancy_pool::PoolError;

use super::{Problem, log};

/// How long to wait for a connection, or for what a transaction was in the way of.
const SOON: Duration = Duration::from_secs(1);

/// How long to wait for a tenant that is being moved.
const MOVED: Duration = Duration::from_secs(5);

/// What a pool could not do, to a client.
///
/// | error | answer |
/// |---|---|
/// | the tenant holds as many connections as it may | 429 |
/// | the tenant moves, or no connection can be had, or the catalog does not answer | 503 |
/// | the tenant is suspended | 403 |
/// | the tenant is deleted, or in no catalog | 404 |
/// | an error of Diesel's | as that |
/// | any other | 500 |
impl From<PoolError> for Problem {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Query(error) => error.into(),
            other => of_pool(&other),
        }
    }
}

/// What a statement could not do, to a client. The database's words, which may quote what another tenant has, are logged where it is a fault of ours, and
/// never answered.
///
/// | error | answer |
/// |---|---|
/// | nothing found | 404 |
/// | a unique violation | 409 |
/// | a violation of a foreign key, a check, a column that takes no NULL | 422 |
/// | transactions that were in each other's way | 503: the same request may succeed |
/// | a connection that was lost, or that the server ended | 503, and logged |
/// | any other | 500 |
impl From<DieselError> for Problem {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::not_found(),
            // SQLite's word for a transaction that another one is in the way of, which Diesel has no kind for.
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, ref said)
                if said.message() == "database is locked" =>
            {
                Self::unavailable(SOON)
            }
            DieselError::DatabaseError(kind, ref said) if is_lost(kind, said.message()) => {
                log(&error);
                Self::unavailable(SOON)
            }
            DieselError::DatabaseError(kind, _) => {
                of_database(kind).unwrap_or_else(|| Self::internal(&error))
            }
            // Statements run by Diesel's verbs have the pool's errors in one of Diesel's.
            DieselError::QueryBuilderError(source) => match source.downcast::<PoolError>() {
                Ok(error) => Self::from(*error),
                Err(source) => Self::internal(&*source),
            },
            other => Self::internal(&other),
        }
    }
}

/// Whether the connection is gone. Diesel has no kind for what a server says that shuts down or ends a session, and so these are its words.
fn is_lost(kind: DatabaseErrorKind, said: &str) -> bool {
    let says =
        || ["terminating connection", "the database system is"].iter().any(|words| said.starts_with(words));
    matches!(kind, DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand)
        || (matches!(kind, DatabaseErrorKind::Unknown) && says())
}

fn of_database(kind: DatabaseErrorKind) -> Option<Problem> {
    Some(match kind {
        DatabaseErrorKind::UniqueViolation => Problem::conflict(),
        DatabaseErrorKind::ForeignKeyViolation => {
            Problem::unprocessable("it refers to something that is not there, or something refers to it")
        }
        DatabaseErrorKind::NotNullViolation
        | DatabaseErrorKind::CheckViolation
        | DatabaseErrorKind::ExclusionViolation => {
            Problem::unprocessable("it has a value that is not allowed")
        }
        DatabaseErrorKind::SerializationFailure => Problem::unavailable(SOON),
        _ => return None,
    })
}

fn of_pool(error: &PoolError) -> Problem {
    match error {
        PoolError::TenantBusy { .. } => Problem::too_many_requests(SOON),
        PoolError::Catalog(CatalogError::Moving { .. }) => Problem::unavailable(MOVED),
        PoolError::Catalog(CatalogError::Suspended { .. }) => Problem::forbidden("this tenant is suspended"),
        PoolError::Catalog(CatalogError::Unknown { .. } | CatalogError::Deleted { .. }) => {
            Problem::not_found()
        }
        PoolError::Connect(_)
        | PoolError::PoolTimedOut
        | PoolError::DatabasePool(_)
        | PoolError::Catalog(CatalogError::Unavailable { .. }) => {
            log(error as &(dyn Error + 'static));
            Problem::unavailable(SOON)
        }
        other => Problem::internal(other),
    }
}
