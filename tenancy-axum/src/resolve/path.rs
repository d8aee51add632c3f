//! The tenant as a part of the path.

use axum::RequestPartsExt as _;
use axum::extract::RawPathParams;
use axum::extract::rejection::RawPathParamsRejection;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Asked, Directory, Resolution, ResolveError, Resolver};

/// Reads the tenant from a parameter of the route: `/t/{tenant}/notes`.
///
/// The edge's layer has to be on a router that has the route (`Router::layer`, not around the whole service), since only that knows the
/// parameters. A route without the parameter says nothing in this way.
///
/// # Examples
///
/// ```
/// use tenancy_axum::resolve::{Directory, TenantPath};
/// use tenancy_core::TenantId;
///
/// let resolver = TenantPath::parameter("tenant", Directory::<TenantId>::ids());
/// ```
#[derive(Clone, Debug)]
pub struct TenantPath<I> {
    parameter: String,
    directory: Directory<I>,
}

impl<I: Send + 'static> TenantPath<I> {
    /// Reads the parameter of this name.
    #[must_use]
    pub fn parameter(name: &str, directory: Directory<I>) -> Self {
        Self { parameter: name.to_owned(), directory }
    }
}

impl<I: Send + 'static> Resolver<I> for TenantPath<I> {
    fn resolve<'a>(&'a self, asked: Asked<'a>) -> BoxFuture<'a, Result<Resolution<I>, ResolveError>> {
        async move {
            let parameters = match asked.request.extract::<RawPathParams>().await {
                Ok(parameters) => parameters,
                // No route, a fallback for example.
                Err(RawPathParamsRejection::MissingPathParams(_)) => return Ok(Resolution::silent()),
                // Not UTF-8: nobody's name.
                Err(_) => return Ok(Resolution::nobody(None)),
            };
            let found = parameters.iter().find(|(name, _)| *name == self.parameter);
            match found {
                Some((_, name)) => self.directory.find(name).await,
                None => Ok(Resolution::silent()),
            }
        }
        .boxed()
    }
}
