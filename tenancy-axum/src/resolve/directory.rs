//! From a name in a request to a tenant's id.

use std::error::Error;
use std::str::FromStr;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::Claimed;

use super::{Resolution, ResolveError};

/// Finds tenants by the names that they have outside: what stands in front of a domain, or in a path.
///
/// # Examples
///
/// ```
/// use std::collections::HashMap;
/// use std::convert::Infallible;
/// use tenancy_axum::resolve::Lookup;
/// use tenancy_core::TenantId;
///
/// struct Slugs(HashMap<String, TenantId>);
///
/// impl Lookup for Slugs {
///     type TenantId = TenantId;
///     type Error = Infallible;
///
///     async fn find(&self, name: &str) -> Result<Option<TenantId>, Infallible> {
///         Ok(self.0.get(name).copied()) // SELECT id FROM organisations WHERE slug = …
///     }
///
///     fn decoy(&self) -> TenantId {
///         TenantId::new()
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not find tenants by their names",
    label = "this type does not implement `Lookup`",
    note = "implement `Lookup` for it, or use `Directory::ids()` where requests have the ids themselves"
)]
pub trait Lookup: Send + Sync + 'static {
    /// How tenants are identified.
    type TenantId: Send + 'static;
    /// Why the directory could not be read.
    type Error: Error + Send + Sync + 'static;

    /// The tenant of this name.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    fn find(&self, name: &str) -> impl Future<Output = Result<Option<Self::TenantId>, Self::Error>> + Send;

    /// An id that no tenant has: the membership is asked about it where there is no tenant of the name, so that the answer takes as long
    /// as that to a stranger.
    fn decoy(&self) -> Self::TenantId;
}

impl<L: Lookup> Lookup for Arc<L> {
    type TenantId = L::TenantId;
    type Error = L::Error;

    fn find(&self, name: &str) -> impl Future<Output = Result<Option<L::TenantId>, L::Error>> + Send {
        L::find(self, name)
    }

    fn decoy(&self) -> L::TenantId {
        L::decoy(self)
    }
}

type Find<I> = dyn for<'a> Fn(&'a str) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> + Send + Sync;

/// How a name in a request becomes a tenant's id: it is one, or it is looked up.
pub struct Directory<I>(Arc<Find<I>>);

impl<I: Send + 'static> Directory<I> {
    /// Names are the ids themselves. What is not an id is nobody's.
    #[must_use]
    pub fn ids() -> Self
    where
        I: FromStr,
    {
        Self(erased(|name| {
            let found = name.parse().map(Claimed::new);
            let found = found.map_or_else(|_| Resolution::nobody(None), Resolution::claims);
            std::future::ready(Ok(found)).boxed()
        }))
    }

    /// Names are looked up.
    #[must_use]
    pub fn of(lookup: impl Lookup<TenantId = I>) -> Self {
        let lookup = Arc::new(lookup);
        Self(erased(move |name| {
            let lookup = Arc::clone(&lookup);
            async move {
                let found = lookup.find(name).await.map_err(ResolveError::unavailable)?;
                let found = found.map(Claimed::new).map(Resolution::claims);
                Ok(found.unwrap_or_else(|| Resolution::nobody(Some(lookup.decoy()))))
            }
            .boxed()
        }))
    }

    pub(super) fn find<'a>(&self, name: &'a str) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> {
        (self.0)(name)
    }
}

/// With it the compiler sees that a closure takes names of any lifetime.
fn erased<I, F>(find: F) -> Arc<Find<I>>
where
    F: for<'a> Fn(&'a str) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> + Send + Sync + 'static,
{
    Arc::new(find)
}

impl<I> Clone for Directory<I> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<I> std::fmt::Debug for Directory<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Directory").finish_non_exhaustive()
    }
}
