//! Changing the catalog.

use std::time::Duration;

use diesel::ExpressionMethods as _;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel_async::RunQueryDsl as _;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, TenantStatus};
use tokio::time::timeout;

use super::connection::Lost;
use super::entry::columns;
use super::migration::PLACE_KEY;
use super::table::tenant_placements;
use super::{CatalogEntry, DatabaseName, ManageError, PgCatalog};

/// How long a change may take. It may wait for another change of the same tenant, hence longer than a lookup.
const LIMIT: Duration = Duration::from_secs(30);

/// Changing the catalog. The connection's role has to be one that may
/// ([`CatalogMigration::manager`](super::CatalogMigration::manager)).
///
/// Each change is one statement that requires the status it starts from, so two at once do not undo each other. When a future
/// is dropped, its change may have been made.
impl PgCatalog {
    /// The tenant's entry, whatever its status; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`ManageError::Unreadable`] and [`ManageError::Unavailable`].
    pub async fn entry(&self, tenant: &str) -> Result<Option<CatalogEntry>, ManageError> {
        let tenant = &TenantKey::new(tenant)?;
        let row = self.row(tenant).await.map_err(|lost| unavailable(tenant, lost))?;
        row.map(|row| row.entry())
            .transpose()
            .map_err(|reason| ManageError::Unreadable { tenant: tenant.clone(), reason })
    }

    /// Adds a tenant, served from now on: its place has to be ready.
    ///
    /// # Errors
    ///
    /// [`ManageError::Registered`] when there is one of that id, [`ManageError::Taken`] when another has that schema.
    pub async fn register(
        &self,
        tenant: &str,
        placement: &Placement<DatabaseName>,
    ) -> Result<(), ManageError> {
        let tenant = &TenantKey::new(tenant)?;
        let insert = diesel::insert_into(tenant_placements::table).values((
            tenant_placements::tenant.eq(tenant.as_str()),
            tenant_placements::status.eq(TenantStatus::Active.as_str()),
            columns(placement),
        ));
        let inserted = async {
            let mut lent = self.pool.lend().await?;
            Ok(insert.execute(lent.parts().0).await?)
        };
        self.done(tenant, inserted).await.map(drop)
    }

    /// Stops serving an active tenant, so that its data can be copied.
    ///
    /// Other processes hear of it a little later, and transactions that have begun go on: see "Moving a tenant" at
    /// [`PgCatalog`] before touching the data.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is active.
    pub async fn start_move(&self, tenant: &str) -> Result<(), ManageError> {
        self.change(tenant, &[TenantStatus::Active], TenantStatus::Moving, None).await
    }

    /// Serves a moving tenant at its new place.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is moving, [`ManageError::Taken`] when another tenant has that schema.
    pub async fn finish_move(
        &self,
        tenant: &str,
        placement: &Placement<DatabaseName>,
    ) -> Result<(), ManageError> {
        self.change(tenant, &[TenantStatus::Moving], TenantStatus::Active, Some(placement)).await
    }

    /// Serves a moving tenant where it was.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is moving.
    pub async fn cancel_move(&self, tenant: &str) -> Result<(), ManageError> {
        self.change(tenant, &[TenantStatus::Moving], TenantStatus::Active, None).await
    }

    /// Stops serving an active tenant.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is active.
    pub async fn suspend(&self, tenant: &str) -> Result<(), ManageError> {
        self.change(tenant, &[TenantStatus::Active], TenantStatus::Suspended, None).await
    }

    /// Serves a suspended tenant again.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is suspended.
    pub async fn resume(&self, tenant: &str) -> Result<(), ManageError> {
        self.change(tenant, &[TenantStatus::Suspended], TenantStatus::Active, None).await
    }

    /// Stops serving a tenant for good. Its entry stays, so that neither its id nor its schema is given again; its data are
    /// somebody else's to remove.
    ///
    /// # Errors
    ///
    /// [`ManageError::WrongStatus`] unless it is active or suspended.
    pub async fn delete(&self, tenant: &str) -> Result<(), ManageError> {
        let from = &[TenantStatus::Active, TenantStatus::Suspended];
        self.change(tenant, from, TenantStatus::Deleted, None).await
    }

    async fn change(
        &self,
        tenant: &str,
        from: &'static [TenantStatus],
        to: TenantStatus,
        placement: Option<&Placement<DatabaseName>>,
    ) -> Result<(), ManageError> {
        let tenant = &TenantKey::new(tenant)?;
        let words: Vec<_> = from.iter().map(|status| status.as_str()).collect();
        let update = diesel::update(tenant_placements::table)
            .filter(tenant_placements::tenant.eq(tenant.as_str()))
            .filter(tenant_placements::status.eq_any(words))
            .set((tenant_placements::status.eq(to.as_str()), placement.map(columns)));
        let updated = async {
            let mut lent = self.pool.lend().await?;
            Ok(update.execute(lent.parts().0).await?)
        };
        if self.done(tenant, updated).await? > 0 {
            return Ok(());
        }
        match self.entry(tenant.as_str()).await? {
            None => Err(ManageError::Unknown { tenant: tenant.clone() }),
            Some(entry) => {
                Err(ManageError::WrongStatus { tenant: tenant.clone(), status: entry.status, needed: from })
            }
        }
    }

    async fn done(
        &self,
        tenant: &TenantKey,
        work: impl Future<Output = Result<usize, Lost>>,
    ) -> Result<usize, ManageError> {
        let result = timeout(LIMIT, work).await.unwrap_or_else(|_| Err(Lost::late(LIMIT)));
        result.map_err(|lost| {
            if let Lost::Query(error) = &lost
                && let DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, information) = &**error
            {
                let tenant = tenant.clone();
                return if information.constraint_name() == Some(PLACE_KEY) {
                    ManageError::Taken { tenant }
                } else {
                    ManageError::Registered { tenant }
                };
            }
            unavailable(tenant, lost)
        })
    }
}

fn unavailable(tenant: &TenantKey, lost: Lost) -> ManageError {
    ManageError::Unavailable { tenant: tenant.clone(), source: std::sync::Arc::new(lost) }
}
