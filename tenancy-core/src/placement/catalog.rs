//! Who knows where a tenant lives.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;

use super::{CatalogError, Placement};
use crate::TenantKey;

/// A future on the heap, the same type as `futures_util::future::BoxFuture`.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Knows where each tenant lives.
///
/// [`AllShared`] and `PgCatalog` implement it, and so may an application whose tenants are listed elsewhere. It decides
/// *where* a statement runs, so an answer must be certain: what cannot be read is an error, never
/// [`Placement::Shared`].
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
/// use tenancy_core::TenantKey;
/// use tenancy_core::placement::{BoxFuture, Catalog, CatalogError, Placement};
///
/// struct Listed(HashMap<TenantKey, Placement>);
///
/// impl Catalog for Listed {
///     fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
///         let unknown = || CatalogError::Unknown { tenant: tenant.clone() };
///         Box::pin(async move { self.0.get(tenant).cloned().ok_or_else(unknown) })
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know where tenants live",
    label = "this type does not implement `Catalog`",
    note = "use `AllShared` when every tenant is in the shared tables, or `PgCatalog`, or implement `Catalog` for it"
)]
pub trait Catalog: Send + Sync {
    /// Where the tenant lives.
    ///
    /// # Errors
    ///
    /// When there is no such tenant, when it is not to be served now, and when the answer is not known.
    ///
    /// # Cancellation
    ///
    /// Dropping the future asks nothing further and changes nothing.
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>>;
}

#[diagnostic::do_not_recommend]
impl<C: Catalog + ?Sized> Catalog for Arc<C> {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        C::locate(self, tenant)
    }
}

#[diagnostic::do_not_recommend]
impl<C: Catalog + ?Sized> Catalog for Box<C> {
    fn locate<'a>(&'a self, tenant: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        C::locate(self, tenant)
    }
}

/// The catalog of an application that keeps every tenant in the shared tables.
///
/// It knows no tenants: that one exists is the membership check's answer, which has been given when there is a scope.
#[derive(Clone, Copy, Debug, Default)]
pub struct AllShared;

impl Catalog for AllShared {
    fn locate<'a>(&'a self, _: &'a TenantKey) -> BoxFuture<'a, Result<Placement, CatalogError>> {
        Box::pin(ready(Ok(Placement::Shared)))
    }
}
