//! The error of rows that do not leave the same columns to their defaults.

use diesel::result::Error;

/// Some rows of a bulk insert leave a column to its default, and others do not. Nothing was sent.
///
/// The statement returns it inside of a [`QueryBuilderError`](Error::QueryBuilderError).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "column `{column}` is left to its default (`None`) in some rows of a bulk insert and given in others, which an array \
     cannot say; nothing was sent. Insert the two kinds of rows apart, or, to write NULL for `None`, put \
     `#[diesel(treat_none_as_default_value = false)]` on the model"
)]
pub struct MixedDefaults {
    /// The column.
    pub column: &'static str,
}

impl From<MixedDefaults> for Error {
    fn from(reason: MixedDefaults) -> Self {
        Self::QueryBuilderError(Box::new(reason))
    }
}
