//! A catalog of tenants in a table of PostgreSQL.

mod address_book;
mod connection;
mod entry;
mod listener;
mod manage;
mod manage_error;
mod migration;
mod names;
mod table;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::{OptionalExtension as _, QueryDsl as _, SelectableHelper as _};
use diesel_async::RunQueryDsl as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use tenancy_core::TenantKey;
use tenancy_core::placement::{Catalog, CatalogError, DatabaseAddress, Placement};
use tokio::time::timeout;

pub use self::address_book::{AddressBook, NoAddresses};
pub use self::connection::{CatalogConnection, CatalogConnectionError};
use self::connection::{Connections, Lost};
pub use self::entry::CatalogEntry;
use self::entry::Row;
pub use self::manage_error::ManageError;
pub use self::migration::CatalogMigration;
pub use self::names::DatabaseName;
use self::table::tenant_placements;
use crate::placement::{CacheOptions, CachedCatalog};

/// A [`Catalog`] in the table `tenancy.tenant_placements` of a PostgreSQL database.
///
/// [`CatalogMigration`] makes the table. It is reached over connections of its own, as a role of its own: the role that runs
/// tenants' statements has no business there, since what the table says decides where they run. The table has *names* of
/// databases and no passwords; the [`AddressBook`] knows what a name leads to.
///
/// # Moving a tenant
///
/// [`start_move`](Self::start_move); wait until no transaction from before can be running, that is the
/// [time to live](CacheOptions::time_to_live) of the caches and the longest transaction; copy;
/// [`finish_move`](Self::finish_move), or [`cancel_move`](Self::cancel_move). In between the tenant is served nowhere.
///
/// It is a handle: clones share the connections.
#[derive(Clone)]
pub struct PgCatalog {
    pool: Connections,
    addresses: Arc<dyn AddressBook>,
    connection: Arc<CatalogConnection>,
}

impl PgCatalog {
    /// Connects, so that a catalog that cannot be reached shows when the application starts and not at the first request.
    ///
    /// # Errors
    ///
    /// When the database cannot be connected to.
    pub async fn open(
        connection: CatalogConnection,
        addresses: impl AddressBook + 'static,
    ) -> Result<Self, CatalogConnectionError> {
        let pool = Connections::open(&connection).await?;
        Ok(Self { pool, addresses: Arc::new(addresses), connection: Arc::new(connection) })
    }

    /// Keeps answers for a while, without hearing of changes: they show after the
    /// [time to live](CacheOptions::time_to_live).
    #[must_use]
    pub fn cached(self, options: CacheOptions) -> CachedCatalog<Self> {
        CachedCatalog::new(self, options)
    }

    /// Keeps answers for a while, and forgets a tenant's as soon as its row changes (LISTEN and NOTIFY, over one more
    /// connection). While that connection is lost nothing is kept, and every lookup is a query.
    ///
    /// The listening ends when the cache is dropped.
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn following(self, options: CacheOptions) -> CachedCatalog<Self> {
        let connection = self.connection.clone();
        let cache = CachedCatalog::following(self, options);
        let listener = listener::spawn(connection, cache.invalidations().clone());
        cache.keeping(listener)
    }

    fn limit(&self) -> Duration {
        self.connection.lookup_limit()
    }

    /// Reads one row.
    async fn row(&self, tenant: &TenantKey) -> Result<Option<Row>, Lost> {
        let read = async {
            let mut lent = self.pool.lend().await?;
            let row = tenant_placements::table
                .find(tenant.as_str())
                .select(Row::as_select())
                .first(lent.parts().0)
                .await
                .optional()?;
            Ok(row)
        };
        timeout(self.limit(), read).await.unwrap_or_else(|_| Err(self.pool.late()))
    }

    async fn placement(&self, tenant: &TenantKey) -> Result<Placement, CatalogError> {
        let row = self.row(tenant).await.map_err(|lost| CatalogError::unavailable(tenant, lost))?;
        let Some(row) = row else {
            return Err(CatalogError::Unknown { tenant: tenant.clone() });
        };
        let unreadable = |reason| CatalogError::Unreadable { tenant: tenant.clone(), reason };
        let status = row.status().map_err(unreadable)?;
        if let Some(error) = CatalogError::for_status(tenant, status) {
            return Err(error);
        }
        let placement = row.placement().map_err(unreadable)?;
        let database = match placement.database() {
            Some(name) => Some(self.address(tenant, name).await?),
            None => None,
        };
        Ok(match (database, placement.schema().cloned()) {
            (None, None) => Placement::Shared,
            (None, Some(schema)) => Placement::Schema(schema),
            (Some(database), None) => Placement::Database(database),
            (Some(database), Some(schema)) => Placement::DatabaseSchema { database, schema },
        })
    }

    async fn address(
        &self,
        tenant: &TenantKey,
        name: &DatabaseName,
    ) -> Result<DatabaseAddress, CatalogError> {
        match timeout(self.limit(), self.addresses.address(name)).await {
            Ok(Ok(Some(address))) => Ok(address),
            Ok(Ok(None)) => Err(CatalogError::Unreadable {
                tenant: tenant.clone(),
                reason: format!(
                    "this application has no address for the database `{name}`: add it to its `AddressBook`"
                ),
            }),
            Ok(Err(error)) => Err(CatalogError::unavailable(tenant, error)),
            Err(_) => Err(CatalogError::unavailable(
                tenant,
                format!(
                    "the `AddressBook` did not answer within {:?} for the database `{name}`",
                    self.limit()
                ),
            )),
        }
    }
}

impl Catalog for PgCatalog {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        self.placement(tenant).boxed()
    }
}

impl fmt::Debug for PgCatalog {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PgCatalog").field("connection", &self.connection).finish_non_exhaustive()
    }
}
