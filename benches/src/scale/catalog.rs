//! The catalog that says where the tenants live: the library's own, in a table.

use tenancy_pool::placement::{
    AddressBook, CacheOptions, CachedCatalog, CatalogConnection, CatalogMigration, DatabaseAddress, PgCatalog,
};

use super::home::Home;
use crate::Failure;

/// The role that reads it.
const READER: &str = "bench_catalog";

/// Makes its table.
pub(super) async fn create(home: &Home<'_>) -> Result<(), Failure> {
    let role = format!("DROP ROLE IF EXISTS {READER}; CREATE ROLE {READER} LOGIN");
    let table = CatalogMigration::new().reader(READER)?.up();
    home.statements(&[&role, &table]).await
}

/// Opens it over one connection, and keeps its answers for as long as the benches run.
pub(super) async fn open(
    home: &Home<'_>,
    addresses: impl AddressBook + 'static,
) -> Result<CachedCatalog<PgCatalog>, Failure> {
    let connection = CatalogConnection::new(DatabaseAddress::new(home.address(READER))?).max_connections(1);
    let options = CacheOptions::new().time_to_live(std::time::Duration::from_secs(3600));
    Ok(PgCatalog::open(connection, addresses).await?.cached(options))
}
