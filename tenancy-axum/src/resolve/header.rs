//! The tenant as a header.

use axum::http::HeaderName;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Asked, Directory, Resolution, ResolveError, Resolver};
use crate::Problem;

/// Reads the tenant from a header that the client chooses.
///
/// It is as good as any claim, because the membership decides; but a page of another origin can send it along with a cookie wherever CORS lets it, and
/// it is in no address that somebody sees. So it is not among the usual ways, and has to be asked for by its name.
///
/// # Examples
///
/// ```
/// use axum::http::HeaderName;
/// use tenancy_axum::resolve::{Directory, TenantHeader};
/// use tenancy_core::TenantId;
///
/// let resolver = TenantHeader::named(HeaderName::from_static("x-tenant"), Directory::<TenantId>::ids());
/// ```
#[derive(Clone, Debug)]
pub struct TenantHeader<I> {
    name: HeaderName,
    directory: Directory<I>,
}

impl<I: Send + 'static> TenantHeader<I> {
    /// Reads the header of this name.
    #[must_use]
    pub const fn named(name: HeaderName, directory: Directory<I>) -> Self {
        Self { name, directory }
    }
}

impl<I: Send + 'static> Resolver<I> for TenantHeader<I> {
    fn resolve<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> {
        async move {
            let mut values = asked.request.headers.get_all(&self.name).iter();
            let Some(value) = values.next() else { return Ok(Resolution::silent()) };
            if values.next().is_some() {
                return Err(ResolveError::Refused(Problem::bad_request(
                    "the request names its tenant twice",
                )));
            }
            match value.to_str() {
                Ok(name) => self.directory.find(name).await,
                Err(_) => Ok(Resolution::nobody(None)),
            }
        }
        .boxed()
    }

    fn header(&self) -> Option<HeaderName> {
        Some(self.name.clone())
    }
}
