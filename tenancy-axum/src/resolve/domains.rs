//! The tenant as a domain of its own.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::Claimed;

use super::{Asked, Resolution, ResolveError, Resolver};
use crate::{Host, InvalidHost};

/// A domain that a tenant has asked for.
///
/// Anybody can ask for anybody's domain: only one that was proved to be the tenant's, by a record in its DNS for example, is served. So there
/// is no domain without a word about that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Domain<I> {
    /// It was proved to be this tenant's.
    Verified(I),
    /// It was asked for, and not proved yet. It is nobody's.
    Pending,
}

/// Finds out whose a domain is.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know whose a domain is",
    label = "this type does not implement `DomainDirectory`",
    note = "implement `DomainDirectory` for it: `find` reads the application's table of domains"
)]
pub trait DomainDirectory: Send + Sync + 'static {
    /// How tenants are identified.
    type TenantId: Send + 'static;
    /// Why the directory could not be read.
    type Error: Error + Send + Sync + 'static;

    /// The domain of this name, which is lower-case ASCII without a dot at its end.
    ///
    /// # Errors
    ///
    /// When the directory cannot be read.
    fn find(
        &self,
        domain: &str,
    ) -> impl Future<Output = Result<Option<Domain<Self::TenantId>>, Self::Error>> + Send;

    /// An id that no tenant has: the membership is asked about it where the domain is nobody's, so that its time does not tell which domains are registered.
    ///
    /// Without one, nobody is asked, and the time tells it to whoever has a credential. A domain that is served can be found in the DNS anyway.
    fn decoy(&self) -> Option<Self::TenantId> {
        None
    }
}

type Find<I> = dyn for<'a> Fn(&'a str) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> + Send + Sync;

/// Reads the tenant from a domain of its own, `shop.acme.org`, that was verified.
///
/// What is not verified, or in no directory, is a foreign host; where no other resolver knows it, the request is refused.
///
/// # Examples
///
/// ```
/// use std::convert::Infallible;
/// use tenancy_axum::resolve::{CustomDomains, Domain, DomainDirectory};
/// use tenancy_core::TenantId;
///
/// struct Domains;
///
/// impl DomainDirectory for Domains {
///     type TenantId = TenantId;
///     type Error = Infallible;
///
///     async fn find(&self, domain: &str) -> Result<Option<Domain<TenantId>>, Infallible> {
///         Ok(None) // SELECT tenant_id, verified_at FROM domains WHERE name = …
///     }
///
///     fn decoy(&self) -> Option<TenantId> {
///         Some(TenantId::new())
///     }
/// }
///
/// // The application's own host says nothing about a tenant.
/// let resolver = CustomDomains::of(Domains).own_host("app.example.com")?;
/// # Ok::<(), tenancy_axum::InvalidHost>(())
/// ```
pub struct CustomDomains<I> {
    find: Arc<Find<I>>,
    own: Vec<Host>,
}

impl<I: Send + 'static> CustomDomains<I> {
    /// Reads domains from this directory.
    #[must_use]
    pub fn of(directory: impl DomainDirectory<TenantId = I>) -> Self {
        let directory = Arc::new(directory);
        let find = erased(move |domain| {
            let directory = Arc::clone(&directory);
            async move {
                let found = directory.find(domain).await.map_err(ResolveError::unavailable)?;
                if let Some(Domain::Verified(tenant)) = found {
                    return Ok(Resolution::claims(Claimed::new(tenant)).on_own_host());
                }
                let foreign = Resolution::silent().on_foreign_host();
                Ok(match directory.decoy() {
                    Some(decoy) => foreign.with_decoy(decoy),
                    None => foreign,
                })
            }
            .boxed()
        });
        Self { find, own: Vec::new() }
    }

    /// A host of the application's own, which is no tenant's.
    ///
    /// # Errors
    ///
    /// [`InvalidHost`] if it is no host.
    pub fn own_host(mut self, host: &str) -> Result<Self, InvalidHost> {
        self.own.push(host.parse()?);
        Ok(self)
    }
}

/// With it the compiler sees that a closure takes names of any lifetime.
fn erased<I, F>(find: F) -> Arc<Find<I>>
where
    F: for<'a> Fn(&'a str) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> + Send + Sync + 'static,
{
    Arc::new(find)
}

impl<I: Send + 'static> Resolver<I> for CustomDomains<I> {
    fn resolve<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> {
        async move {
            let Some(host) = &asked.origin.host else { return Ok(Resolution::silent().on_foreign_host()) };
            if self.own.contains(host) {
                return Ok(Resolution::silent().on_own_host());
            }
            let Some(name) = host.name() else { return Ok(Resolution::silent().on_foreign_host()) };
            (self.find)(name).await
        }
        .boxed()
    }
}

impl<I> fmt::Debug for CustomDomains<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CustomDomains").field("own", &self.own).finish_non_exhaustive()
    }
}
