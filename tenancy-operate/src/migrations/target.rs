//! Where migrations run.

use std::fmt;

use serde::{Serialize, Serializer};
use tenancy_core::placement::SchemaName;
use tenancy_pool::placement::DatabaseName;

/// One place with tables of its own: a database's default schema, or a tenant's schema in it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// What the catalog calls the database; `None` for the catalog's own.
    pub database: Option<DatabaseName>,
    /// The tenant's schema; `None` for the default one, in which tenants share tables.
    pub schema: Option<SchemaName>,
}

impl Target {
    /// The tables that tenants share, in the catalog's database.
    #[must_use]
    pub const fn shared() -> Self {
        Self { database: None, schema: None }
    }

    /// Whether it is a tenant's schema.
    #[must_use]
    pub fn is_schema(&self) -> bool {
        self.schema.is_some()
    }

    /// The default schema of the same database.
    pub(super) fn around(&self) -> Self {
        Self { database: self.database.clone(), schema: None }
    }

    /// The two names as the journal has them.
    pub(super) fn key(&self) -> (&str, &str) {
        (
            self.database.as_ref().map_or("", DatabaseName::as_str),
            self.schema.as_ref().map_or("", SchemaName::as_str),
        )
    }
}

/// `shared`, `acme`, `silo/`, `silo/acme`: a schema stands behind the database that it is in, if it is another one than the catalog's.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (database, schema) = self.key();
        f.pad(&named(database, schema))
    }
}

/// The two names of the journal as one.
pub(super) fn named(database: &str, schema: &str) -> String {
    match (database, schema) {
        ("", "") => "shared".to_owned(),
        ("", schema) => schema.to_owned(),
        (database, schema) => format!("{database}/{schema}"),
    }
}

impl Serialize for Target {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// `acme` or `silo/acme`.
impl std::str::FromStr for Target {
    type Err = tenancy_core::database::InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (database, schema) = match text.split_once('/') {
            Some((database, schema)) => (Some(database.parse()?), schema),
            None => (None, text),
        };
        Ok(Self { database, schema: Some(schema.parse()?) })
    }
}
