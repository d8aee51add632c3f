//! The name of a tenant's own schema.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::database::InvalidName;
use crate::database::invalid_name::invalid_name;

/// The longest name, in bytes. PostgreSQL cuts longer ones (`NAMEDATALEN` - 1), which would make two schemas one.
const LONGEST: usize = 63;

/// Schemas that no tenant can own: the databases' own, the ones everybody has, and this library's.
const RESERVED: [&str; 8] =
    ["public", "information_schema", "tenancy", "mysql", "sys", "performance_schema", "main", "temp"];

const FIX: &str = "use lower-case letters, digits and underscores, such as \"tenant_acme\"";

/// The name of a schema that belongs to one tenant.
///
/// Lower-case letters, digits and underscores, at most 63 of them, the first one a letter or an underscore; not a name
/// that the database or this library uses itself. There is no other way to make one, so whoever holds a `SchemaName`
/// may put [`quoted`](Self::quoted) into a statement.
///
/// # Examples
///
/// ```
/// use tenancy_core::placement::SchemaName;
///
/// let schema: SchemaName = "tenant_acme".parse()?;
/// assert_eq!(schema.quoted(), "\"tenant_acme\"");
/// assert!("public".parse::<SchemaName>().is_err());
/// assert!("acme\", public; --".parse::<SchemaName>().is_err());
/// # Ok::<(), tenancy_core::database::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SchemaName(Arc<str>);

impl SchemaName {
    /// The name, without quotes: for a bound parameter or a message, not for the text of a statement.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as an identifier in a statement.
    #[must_use]
    pub fn quoted(&self) -> String {
        // The alphabet has no quote.
        format!("\"{}\"", self.0)
    }

    /// The value of PostgreSQL's `search_path` by which unqualified names are this schema's, and nobody else's.
    ///
    /// `pg_temp` is named because otherwise it is searched first: a temporary table would stand before the tenant's.
    #[must_use]
    pub fn search_path(&self) -> String {
        format!("\"{}\", pg_temp", self.0)
    }
}

fn fault(name: &str) -> Option<Cow<'static, str>> {
    let allowed = |character: char| matches!(character, 'a'..='z' | '0'..='9' | '_');
    if name.is_empty() {
        Some("it is empty".into())
    } else if name.len() > LONGEST {
        Some(format!("it has {} bytes, and {LONGEST} is the most", name.len()).into())
    } else if let Some(character) = name.chars().find(|character| !allowed(*character)) {
        Some(format!("{character:?} cannot stand in it").into())
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        Some("it begins with a digit".into())
    } else if name.starts_with("pg_") || RESERVED.contains(&name) {
        // PostgreSQL keeps the prefix for itself.
        Some("the database or this library uses it itself".into())
    } else {
        None
    }
}

impl fmt::Display for SchemaName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl AsRef<str> for SchemaName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl TryFrom<&str> for SchemaName {
    type Error = InvalidName;

    fn try_from(name: &str) -> Result<Self, Self::Error> {
        match fault(name) {
            None => Ok(Self(name.into())),
            Some(reason) => Err(invalid_name("a tenant's schema", name, reason, FIX)),
        }
    }
}

impl TryFrom<String> for SchemaName {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::try_from(name.as_str())
    }
}

impl FromStr for SchemaName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::try_from(name)
    }
}

impl From<SchemaName> for String {
    fn from(name: SchemaName) -> Self {
        name.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_names_are_taken_as_they_are() {
        let longest = "x".repeat(LONGEST);
        for name in ["a", "_", "acme", "tenant_0042", "_9", "t01956bd27e4c7c3a", "pgx", "publics", &longest] {
            let schema = SchemaName::try_from(name).expect(name);
            assert_eq!(schema.as_str(), name);
            assert_eq!(schema.to_string(), name);
            assert_eq!(schema.quoted(), format!("\"{name}\""));
            assert_eq!(SchemaName::try_from(name.to_owned()), Ok(schema));
        }
    }

    #[test]
    fn everything_else_is_refused_with_its_reason() {
        let long = "x".repeat(LONGEST + 1);
        let cases = [
            ("", "it is empty"),
            (&long, "it has 64 bytes"),
            ("1acme", "begins with a digit"),
            ("Acme", "'A' cannot"),
            ("acme corp", "' ' cannot"),
            ("acme-corp", "'-' cannot"),
            ("acme.agents", "'.' cannot"),
            ("acme$", "'$' cannot"),
            ("$user", "'$' cannot"),
            ("acme\", public", "cannot stand"),
            ("acme\"; DROP SCHEMA public CASCADE; --", "cannot stand"),
            ("acme'; SET ROLE postgres; --", "cannot stand"),
            ("acme\\", "cannot stand"),
            ("acme\0", "cannot stand"),
            ("acme\n", "cannot stand"),
            (" acme", "cannot stand"),
            ("acme,public", "',' cannot"),
            ("аcme", "cannot stand"), // Cyrillic
            ("acmé", "cannot stand"),
            ("ａcme", "cannot stand"), // full width
            ("İ", "cannot stand"),
            ("pg_catalog", "uses it itself"),
            ("pg_temp", "uses it itself"),
            ("pg_acme", "uses it itself"),
            ("public", "uses it itself"),
            ("information_schema", "uses it itself"),
            ("tenancy", "uses it itself"),
            ("mysql", "uses it itself"),
        ];
        for (name, reason) in cases {
            let error = SchemaName::try_from(name).expect_err(name).to_string();
            assert!(error.contains(reason) && error.contains("use lower-case letters"), "{name:?}: {error}");
            assert!(!error.contains(['\n', '\0']), "{error:?}");
            assert_eq!(name.parse::<SchemaName>().map_err(|error| error.to_string()), Err(error.clone()));
            let json = serde_json::to_string(name).expect("a string");
            let read = serde_json::from_str::<SchemaName>(&json).expect_err(name).to_string();
            assert!(read.contains(reason), "{read}");
        }
    }

    #[test]
    fn temporary_tables_come_last() {
        let schema = SchemaName::try_from("acme").expect("a name");
        assert_eq!(schema.search_path(), "\"acme\", pg_temp");
    }
}
