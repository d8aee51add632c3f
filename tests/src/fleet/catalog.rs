//! A catalog in memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{BoxFuture, FutureExt as _};
use tenancy_diesel::TenantKey;
use tenancy_pool::placement::{Catalog, CatalogError, Placement, TenantStatus};

/// A catalog that the test writes. Its clones are the same one.
#[derive(Debug, Clone, Default)]
pub struct Book(Arc<Mutex<HashMap<String, Entry>>>);

#[derive(Debug, Clone)]
enum Entry {
    At(Placement),
    Not(TenantStatus),
    /// The lookup fails.
    Lost,
}

impl Book {
    /// Puts a tenant somewhere.
    pub fn place(&self, tenant: impl ToString, place: Placement) {
        self.write(tenant, Entry::At(place));
    }

    /// Gives a tenant a status that it is not served in.
    pub fn status(&self, tenant: impl ToString, status: TenantStatus) {
        self.write(tenant, Entry::Not(status));
    }

    /// Has the lookup of a tenant fail.
    pub fn lose(&self, tenant: impl ToString) {
        self.write(tenant, Entry::Lost);
    }

    fn write(&self, tenant: impl ToString, entry: Entry) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(tenant.to_string(), entry);
    }
}

impl Catalog for Book {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        let entry = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(tenant.as_str()).cloned();
        let place = match entry {
            Some(Entry::At(place)) => Ok(place),
            Some(Entry::Not(status)) => Err(CatalogError::for_status(tenant, status)
                .unwrap_or(CatalogError::Unknown { tenant: tenant.clone() })),
            Some(Entry::Lost) => Err(CatalogError::unavailable(tenant, "the book is lost")),
            None => Err(CatalogError::Unknown { tenant: tenant.clone() }),
        };
        async move { place }.boxed()
    }
}
