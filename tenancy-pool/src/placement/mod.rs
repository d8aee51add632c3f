//! Where a tenant lives: shared tables, a schema, a database or a server of its own.
//!
//! A [`Catalog`] answers that for one tenant at a time, with a [`Placement`] or a [`CatalogError`]; nothing that cannot be
//! read means "the shared tables". [`AllShared`] is the catalog of an application with one set of tables,
//! `PgCatalog` (feature `tenants-postgres`) a table in
//! PostgreSQL, and [`CachedCatalog`] keeps another's answers for a while.
//!
//! [`Pools`] holds what is opened for the places: few at a time, however many tenants there are.

mod cached;
mod catalog;
mod catalog_error;
mod database_address;
mod invalidations;
#[cfg(feature = "tenants-postgres")]
mod pg_catalog;
mod place;
mod pools;
mod schema_name;
mod tenant_status;

pub use self::cached::{CacheOptions, CachedCatalog};
pub use self::catalog::{AllShared, Catalog};
pub use self::catalog_error::CatalogError;
pub use self::database_address::{DatabaseAddress, EmptyAddress};
pub use self::invalidations::Invalidations;
#[cfg(feature = "tenants-postgres")]
pub use self::pg_catalog::{
    AddressBook, CatalogConnectError, CatalogConnection, CatalogEntry, CatalogMigration, DatabaseName,
    InvalidDatabaseName, InvalidRole, Location, ManageError, NoAddresses, PgCatalog,
};
pub use self::place::Placement;
pub use self::pools::{Lease, Pools, PoolsError, PoolsOptions, PoolsStats};
pub use self::schema_name::{InvalidSchemaName, SchemaName};
pub use self::tenant_status::{TenantStatus, UnknownStatus};
