//! Errors after which a connection is good for nothing.

use diesel::result::{DatabaseErrorKind, Error};

/// What the server says when it is the session that does not fit the database any more: a statement was prepared against a
/// table or a type that has changed since, or the server has become a standby.
const PHRASES: [&str; 4] = [
    "cached plan must not change result type",
    "cache lookup failed",
    "could not open relation with OID",
    "during recovery",
];

/// Whether the error will meet every statement like it on this connection.
///
/// Diesel passes on no code for most of the errors, only the text. Where the server speaks another language, any error with a
/// letter of it counts: to close a connection too many costs one connection.
pub(super) fn spoils(error: &Error, read_only: bool) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => !read_only,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let message = information.message();
            !message.is_ascii() || PHRASES.iter().any(|phrase| message.contains(phrase))
        }
        _ => false,
    }
}

/// What the server says when it ends a connection.
const FAREWELLS: [&str; 3] =
    ["terminating connection", "the database system is", "server closed the connection"];

/// Whether a query that only reads has failed for the connection's sake, so that a new connection would answer it.
///
/// Here a text in another language does not count: every error would have its query run twice.
pub(super) fn loses_a_read(error: &Error) -> bool {
    match error {
        // The driver's own errors, not the server's: it could not send, or nothing came back.
        Error::DatabaseError(
            DatabaseErrorKind::UnableToSendCommand | DatabaseErrorKind::ClosedConnection,
            _,
        ) => true,
        Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
            let says = |phrase: &&str| information.message().contains(phrase);
            PHRASES.iter().any(&says) || FAREWELLS.iter().any(says)
        }
        _ => false,
    }
}
