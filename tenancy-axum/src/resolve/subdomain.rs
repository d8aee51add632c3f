//! The tenant as the label in front of the application's domain.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Asked, Directory, Resolution, ResolveError, Resolver};
use crate::host::Below;
use crate::{Host, InvalidHost};

/// Reads the tenant from `acme.example.com`, below `example.com`.
///
/// The domain itself, an address and the reserved names (`www` unless others are given) are no tenants: requests to them say nothing in
/// this way. What is further below (`a.acme.example.com`) is nobody's. A label of another script is looked up in its ASCII form (`xn--…`).
///
/// # Examples
///
/// ```
/// use tenancy_axum::resolve::{Directory, Subdomain};
/// use tenancy_core::TenantId;
///
/// let resolver = Subdomain::of("example.com", Directory::<TenantId>::ids())?.reserved(["www", "api", "status"])?;
/// # Ok::<(), tenancy_axum::InvalidHost>(())
/// ```
#[derive(Clone, Debug)]
pub struct Subdomain<I> {
    base: Host,
    reserved: Vec<String>,
    directory: Directory<I>,
}

impl<I: Send + 'static> Subdomain<I> {
    /// Reads the label in front of `base`.
    ///
    /// # Errors
    ///
    /// [`InvalidHost`] if `base` is no name.
    pub fn of(base: &str, directory: Directory<I>) -> Result<Self, InvalidHost> {
        let base: Host = base.parse()?;
        base.name().ok_or(InvalidHost)?;
        Ok(Self { base, reserved: vec!["www".to_owned()], directory })
    }

    /// The labels that are the application's own, in place of `www`. In whichever spelling: they are compared as [hosts](Host) are.
    ///
    /// # Errors
    ///
    /// [`InvalidHost`] if one is no label: it would keep nobody's name back.
    pub fn reserved<'a>(mut self, labels: impl IntoIterator<Item = &'a str>) -> Result<Self, InvalidHost> {
        let label = |label: &str| {
            let host: Host = format!("{label}.{}", self.base).parse()?;
            match host.label_before(&self.base) {
                Below::Label(label) => Ok(label.to_owned()),
                Below::Apex | Below::Deeper | Below::Elsewhere => Err(InvalidHost),
            }
        };
        self.reserved = labels.into_iter().map(label).collect::<Result<_, _>>()?;
        Ok(self)
    }
}

impl<I: Send + 'static> Resolver<I> for Subdomain<I> {
    fn resolve<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> {
        async move {
            let Some(host) = &asked.origin.host else { return Ok(Resolution::silent().on_foreign_host()) };
            match host.label_before(&self.base) {
                Below::Apex => Ok(Resolution::silent().on_own_host()),
                Below::Label(label) if self.reserved.iter().any(|own| own == label) => {
                    Ok(Resolution::silent().on_own_host())
                }
                Below::Label(label) => Ok(self.directory.find(label).await?.on_own_host()),
                Below::Deeper => Ok(Resolution::nobody(None).on_own_host()),
                Below::Elsewhere => Ok(Resolution::silent().on_foreign_host()),
            }
        }
        .boxed()
    }
}
