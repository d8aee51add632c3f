//! One foreign key.

/// What happens to a row whose row is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnDelete {
    /// The deletion fails.
    Refused,
    /// It is deleted as well.
    Deleted,
    /// Its columns are set to NULL, or to their defaults.
    Changed,
}

/// A foreign key from or to a declared table.
#[derive(Debug, Clone)]
pub(crate) struct ForeignKey {
    pub(crate) name: String,
    /// The table whose rows refer.
    pub(crate) from: u32,
    /// Quoted and qualified.
    pub(crate) from_sql: String,
    pub(crate) columns: Vec<String>,
    /// The table that they refer to.
    pub(crate) to: u32,
    pub(crate) to_sql: String,
    pub(crate) to_columns: Vec<String>,
    pub(crate) on_delete: OnDelete,
}

impl ForeignKey {
    /// The condition that the row `from` refers to the row `to`.
    pub(crate) fn refers(&self, from: &str, to: &str) -> String {
        use super::super::sql::identifier;

        let pairs = self.columns.iter().zip(&self.to_columns);
        let equal =
            pairs.map(|(column, key)| format!("{from}.{} = {to}.{}", identifier(column), identifier(key)));
        equal.collect::<Vec<_>>().join(" AND ")
    }
}
