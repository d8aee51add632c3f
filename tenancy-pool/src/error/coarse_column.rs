//! A column whose database takes two tenants for one.

use std::fmt;

/// A tenant column that takes two ids for one, which Rust tells apart.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoarseColumn {
    /// The table and the column, as `notes.tenant_id`.
    pub column: String,
    /// Two ids that the database takes for one.
    pub ids: (&'static str, &'static str),
}

impl fmt::Display for CoarseColumn {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (one, other) = self.ids;
        write!(
            formatter,
            "{} takes the tenants {} and {} for one: give it the declared type and a collation that compares bytes \
             (utf8mb4_nopad_bin on MariaDB, utf8mb4_0900_bin on MySQL, BINARY on SQLite, a deterministic one on PostgreSQL), or \
             use ids that have one spelling, such as `TenantId`",
            self.column,
            spelled(one),
            spelled(other),
        )
    }
}

/// Two that look alike are shown by what they are made of.
fn spelled(id: &str) -> String {
    let escaped =
        id.chars().map(|c| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() });
    format!("\"{}\"", escaped.collect::<String>())
}
