//! Where each organisation's rows are, on PostgreSQL: in the shared tables, or in a schema of its own to which `tenancy move` brings it while its people work.

use std::error::Error;
use std::time::Duration;

use tenancy_diesel::TenantId;
use tenancy_diesel::TenantKey;
use tenancy_pool::placement::{
    BoxFuture, CacheOptions, CachedCatalog, Catalog, CatalogConnection, CatalogError, DatabaseAddress,
    ManageError, NoAddresses, PgCatalog, Placement, TenantStatus,
};

/// How long the last step of a move may take before a request is told to come again.
const PATIENCE: Duration = Duration::from_secs(2);

/// How often it is looked meanwhile.
const LOOK: Duration = Duration::from_millis(20);

/// The catalog of organisations, which no role of theirs can read.
pub struct Places(PgCatalog);

impl Places {
    pub(super) async fn open(address: String) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let connection = CatalogConnection::new(DatabaseAddress::new(address)?);
        Ok(Self(PgCatalog::open(connection, NoAddresses).await?))
    }

    /// For the pool: it keeps answers, hears of changes, and waits for the end of a move.
    pub(super) fn catalog(&self) -> Patient<CachedCatalog<PgCatalog>> {
        Patient(self.0.clone().following(CacheOptions::new()))
    }

    /// In words, for the operator and for the organisation.
    pub(super) async fn of(&self, tenant: TenantId) -> Result<String, ManageError> {
        let Some(entry) = self.0.entry(&tenant.to_string()).await? else {
            return Ok("in no place".to_owned());
        };
        let place = match entry.placement {
            Placement::Shared => "shared tables".to_owned(),
            Placement::Schema(schema) => format!("schema {schema}"),
            _ => "elsewhere".to_owned(),
        };
        Ok(match entry.status {
            TenantStatus::Moving => format!("{place}, moving"),
            _ => place,
        })
    }
}

/// Waits while an organisation is being moved, which is for the last milliseconds of it: its people see that it takes a moment, and no error.
pub(super) struct Patient<C>(C);

impl<C: Catalog> Catalog for Patient<C> {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        Box::pin(async move {
            let begun = tokio::time::Instant::now();
            loop {
                match self.0.locate(tenant).await {
                    Err(CatalogError::Moving { .. }) if begun.elapsed() < PATIENCE => {
                        tokio::time::sleep(LOOK).await
                    }
                    found => return found,
                }
            }
        })
    }
}
