//! The error of a column that is itself an array.

/// A column of a bulk insert holds arrays. Nothing was sent: PostgreSQL has no array of arrays of different lengths, and unnesting one
/// flattens it.
///
/// The statement returns it inside of a [`SerializationError`](diesel::result::Error::SerializationError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{column}` holds arrays, which a bulk insert cannot send: PostgreSQL would flatten them. Nothing was sent. Insert the \
     rows with `.values(rows)`, or without this column"
)]
pub struct ArrayColumn {
    /// The column.
    pub column: &'static str,
}
