//! Where the connections of a transaction come from.

use std::time::Instant;

use tenancy_core::TenantKey;
use tenancy_core::placement::Placement;

use super::TenantPool;
use crate::connection::{Loan, SharedLender};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::transaction::Tenants;

impl<C: TenantConnection> TenantPool<C> {
    /// The one place where the tenants live: several can be read in a transaction if that is the same.
    pub(super) async fn place_of(&self, tenants: &Tenants) -> Result<Placement, PoolError> {
        let mut found: Option<(&TenantKey, Placement)> = None;
        for tenant in tenants.each() {
            let placement = self.inner.catalog.locate(tenant).await?;
            match &found {
                Some((one, at)) if *at != placement => {
                    return Err(PoolError::SetInSeveralPlaces { one: (*one).clone(), other: tenant.clone() });
                }
                Some(_) => {}
                None => found = Some((tenant, placement)),
            }
        }
        Ok(found.map_or(Placement::Shared, |(_, placement)| placement))
    }

    /// Lends a connection to where the tenants live, which is `home` unless they have a database of their own, within what one tenant may
    /// hold.
    pub(super) async fn lend(
        &self,
        home: &SharedLender<C>,
        tenants: &Tenants,
        placement: &Placement,
        since: Option<Instant>,
    ) -> Result<Loan<C>, PoolError> {
        let permit = match self.inner.tenant_limit.as_ref().zip(tenants.one()) {
            Some((limit, tenant)) => Some(limit.acquire(tenant).await?),
            None => None,
        };
        let Some((tenant, address)) = tenants.each().first().zip(placement.database()) else {
            return Ok(Loan::new(home.lend(tenants, since).await?, permit, None));
        };
        let Some(databases) = &self.inner.databases else {
            return Err(PoolError::NoDatabases { tenant: tenant.clone() });
        };
        let pool = databases.get(address).await?;
        Ok(Loan::new(pool.lend(tenants, since).await?, permit, Some(pool)))
    }
}
