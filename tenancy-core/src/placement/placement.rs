//! Where one tenant lives.

use super::{DatabaseAddress, SchemaName};

/// Where one tenant's tables are.
///
/// A server of its own is a database whose address leads to another server: nothing differs for whoever connects. A catalog
/// that is stored names databases by something else than an address with its password: that is what `D` is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Placement<D = DatabaseAddress> {
    /// In the tables that tenants share, in the application's own database.
    Shared,
    /// In a schema of its own, in the application's own database.
    Schema(SchemaName),
    /// In another database, on this server or on another.
    Database(D),
    /// In a schema of another database.
    DatabaseSchema {
        /// The database.
        database: D,
        /// The tenant's schema in it.
        schema: SchemaName,
    },
}

impl<D> Placement<D> {
    /// The database to connect to; `None` is the application's own.
    #[must_use]
    pub fn database(&self) -> Option<&D> {
        match self {
            Self::Shared | Self::Schema(_) => None,
            Self::Database(database) | Self::DatabaseSchema { database, .. } => Some(database),
        }
    }

    /// The schema that unqualified tables are in; `None` leaves the connection's own search path.
    #[must_use]
    pub fn schema(&self) -> Option<&SchemaName> {
        match self {
            Self::Shared | Self::Database(_) => None,
            Self::Schema(schema) | Self::DatabaseSchema { schema, .. } => Some(schema),
        }
    }
}
