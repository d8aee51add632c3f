//! Where tenants live, and the pools that are opened for it: few at a time, however many tenants there are.
//!
//! The words are `tenancy-core`'s. A [`Catalog`] answers where one tenant lives; [`CachedCatalog`] (feature `catalog`) keeps
//! another's answers for a while, and `PgCatalog` (with `postgres`) is one in a table of PostgreSQL.

#[cfg(feature = "catalog")]
mod cached;
mod database_pools;
#[cfg(feature = "catalog")]
mod invalidations;

pub use tenancy_core::placement::*;

#[cfg(feature = "catalog")]
pub use self::cached::{CacheOptions, CachedCatalog};
pub use self::database_pools::{
    DatabasePoolError, DatabasePoolGuard, DatabasePools, DatabasePoolsOptions, DatabasePoolsState,
};
#[cfg(feature = "catalog")]
pub use self::invalidations::Invalidations;
#[cfg(all(feature = "catalog", feature = "postgres"))]
pub use crate::pg_catalog::{
    AddressBook, CatalogConnection, CatalogConnectionError, CatalogEntry, CatalogMigration, DatabaseName,
    ManageError, NoAddresses, PgCatalog,
};
