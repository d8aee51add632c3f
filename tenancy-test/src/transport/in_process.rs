//! A tower service in process.

use std::error::Error;
use std::fmt;
use std::future::poll_fn;

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower_service::Service;

use super::{Transport, TransportError};

/// A tower service in this process, such as an axum router: no port, no network.
///
/// What a server would add in front of the service (the limits and the `Date` of its listener) is not there.
///
/// # Examples
///
/// ```
/// use tenancy_test::InProcess;
///
/// let router: axum::Router = axum::Router::new();
/// let service = InProcess::new(router);
/// ```
#[derive(Clone)]
pub struct InProcess<S, B = Full<Bytes>> {
    service: S,
    body: fn(Bytes) -> B,
}

impl<S> InProcess<S> {
    /// Proves a service that takes any body, as axum's routers do.
    pub fn new(service: S) -> Self {
        Self { service, body: Full::new }
    }
}

impl<S, B> InProcess<S, B> {
    /// Proves a service that takes bodies of one type, which `body` makes.
    pub fn with_body(service: S, body: fn(Bytes) -> B) -> Self {
        Self { service, body }
    }
}

impl<S, B, A> Transport for InProcess<S, B>
where
    S: Service<Request<B>, Response = Response<A>, Error: Into<Box<dyn Error + Send + Sync>>, Future: Send>
        + Clone
        + Send
        + Sync,
    B: Send,
    A: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send,
{
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut service = self.service.clone();
        poll_fn(|context| service.poll_ready(context)).await.map_err(TransportError::new)?;
        let answer = service.call(request.map(self.body)).await.map_err(TransportError::new)?;
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map_err(TransportError::new)?;
        Ok(Response::from_parts(parts, body.to_bytes()))
    }
}

impl<S, B> fmt::Debug for InProcess<S, B> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("InProcess").finish_non_exhaustive()
    }
}
