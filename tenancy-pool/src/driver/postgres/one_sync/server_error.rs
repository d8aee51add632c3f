//! Errors as the server says them.

use std::sync::Arc;

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind, Error};
use fallible_iterator::FallibleIterator as _;
use postgres_protocol::message::backend::ErrorResponseBody;

use super::link::Lost;

/// An error of the server's, with its fields.
#[derive(Debug, Clone, Default)]
pub(super) struct ServerError(Arc<Fields>);

#[derive(Debug, Default)]
struct Fields {
    severity: String,
    code: String,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
    table: Option<String>,
    column: Option<String>,
    constraint: Option<String>,
    position: Option<i32>,
}

impl ServerError {
    /// Reads what can be read: an error that is not whole is an error all the same.
    pub(super) fn read(body: &ErrorResponseBody) -> Self {
        let mut read = Fields::default();
        let (mut internal, mut localized) = (None, String::new());
        let mut fields = body.fields();
        while let Ok(Some(field)) = fields.next() {
            let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'V' => read.severity = text,
                b'S' => localized = text,
                b'C' => read.code = text,
                b'M' => read.message = text,
                b'D' => read.detail = Some(text),
                b'H' => read.hint = Some(text),
                b't' => read.table = Some(text),
                b'c' => read.column = Some(text),
                b'n' => read.constraint = Some(text),
                b'P' => read.position = text.parse().ok(),
                b'p' => internal = text.parse().ok(),
                _ => {}
            }
        }
        read.position = read.position.or(internal);
        // Poolers and old servers leave the one out that is the same in every language.
        if read.severity.is_empty() {
            read.severity = localized;
        }
        Self(Arc::new(read))
    }

    /// Whether the server ends the connection with it.
    pub(super) fn is_fatal(&self) -> bool {
        matches!(self.0.severity.as_str(), "FATAL" | "PANIC")
    }

    /// Whether it says that a statement which was prepared can not be run any more, on this connection at least.
    pub(super) fn is_of_prepared(&self) -> bool {
        // feature_not_supported is "cached plan must not change result type", invalid_sql_statement_name a statement that is gone.
        matches!(self.0.code.as_str(), "0A000" | "26000")
    }

    /// Whether it says that the server has a statement of a name that was to be prepared.
    pub(super) fn is_of_a_name_in_use(&self) -> bool {
        self.0.code == "42P05"
    }

    /// As Diesel has it: the same kinds as diesel-async's.
    pub(super) fn into_diesel(self) -> Error {
        let kind = match self.0.code.as_str() {
            _ if self.is_fatal() => DatabaseErrorKind::ClosedConnection,
            "23505" => DatabaseErrorKind::UniqueViolation,
            "23503" => DatabaseErrorKind::ForeignKeyViolation,
            "23001" => DatabaseErrorKind::RestrictViolation,
            "23P01" => DatabaseErrorKind::ExclusionViolation,
            "40001" => DatabaseErrorKind::SerializationFailure,
            "25006" => DatabaseErrorKind::ReadOnlyTransaction,
            "23502" => DatabaseErrorKind::NotNullViolation,
            "23514" => DatabaseErrorKind::CheckViolation,
            _ => DatabaseErrorKind::Unknown,
        };
        Error::DatabaseError(kind, Box::new(self))
    }
}

impl DatabaseErrorInformation for ServerError {
    fn message(&self) -> &str {
        &self.0.message
    }

    fn details(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }

    fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    fn table_name(&self) -> Option<&str> {
        self.0.table.as_deref()
    }

    fn column_name(&self) -> Option<&str> {
        self.0.column.as_deref()
    }

    fn constraint_name(&self) -> Option<&str> {
        self.0.constraint.as_deref()
    }

    fn statement_position(&self) -> Option<i32> {
        self.0.position
    }
}

impl From<Lost> for Error {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Server(error) => Self::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(error)),
            Lost::Link(reason) => Self::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(reason)),
        }
    }
}
