//! The edge as a tower layer.

use std::fmt;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::RawPathParams;
use axum::http::request::Parts;
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use axum::{BoxError, RequestPartsExt as _};
use futures_util::future::BoxFuture;
use tower_layer::Layer;
use tower_service::Service;

use super::Enter;
use super::caching::keep_private;

/// Lets requests through that are admitted, with their scope; answers the others. [`Edge::layer`](crate::Edge::layer) makes it.
///
/// What is behind it runs in the tenant's [`LogContext`](tenancy_core::log_context::LogContext), until its answer's head is there. Each answer, also a refusal, is
/// kept from shared caches: `Cache-Control` becomes `private`, or `no-store` where a handler says nothing, and `Vary` has each header
/// that decides whose it is.
///
/// A request that comes through one layer and its clones twice, from an outer router into one that it nests, is admitted once, unless the inner route has more
/// parameters. One that comes through several is admitted by each, to one tenant.
#[derive(Clone)]
#[must_use = "a layer does nothing until a service has it"]
pub struct EdgeLayer {
    inner: Arc<Inner>,
}

struct Inner {
    edge: Arc<dyn Enter>,
    vary: String,
}

/// Through which edges a request has come, and with which parameters of its route.
#[derive(Clone, Default)]
struct Entered(Vec<(Arc<Inner>, Parameters)>);

type Parameters = Vec<(String, String)>;

/// Those that are known so far: within a router that is nested as a service there are more. None where they cannot be read, which a
/// resolver that looks at them refuses.
async fn parameters(request: &mut Parts) -> Parameters {
    let known = request.extract::<RawPathParams>().await;
    known
        .map(|known| known.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
        .unwrap_or_default()
}

impl EdgeLayer {
    pub(super) fn new(edge: Arc<dyn Enter>, vary: String) -> Self {
        Self { inner: Arc::new(Inner { edge, vary }) }
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = EdgeService<S>;

    fn layer(&self, service: S) -> EdgeService<S> {
        EdgeService { service, inner: Arc::clone(&self.inner) }
    }
}

/// A service behind an [`EdgeLayer`].
#[derive(Clone)]
pub struct EdgeService<S> {
    service: S,
    inner: Arc<Inner>,
}

impl<S, B, R> Service<Request<B>> for EdgeService<S>
where
    S: Service<Request<B>, Response = Response<R>, Error: Send, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
    R: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that was polled ready is the one to call.
        let next = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, next);
        let inner = Arc::clone(&self.inner);
        Box::pin(async move {
            let (mut parts, body) = request.into_parts();
            let mut entered = parts.extensions.get::<Entered>().cloned().unwrap_or_default();
            let parameters = parameters(&mut parts).await;
            if entered.0.iter().any(|(edge, known)| Arc::ptr_eq(edge, &inner) && *known == parameters) {
                return Ok(service.call(Request::from_parts(parts, body)).await?.map(Body::new));
            }
            let mut response = match inner.edge.enter(&mut parts).await {
                Ok(context) => {
                    entered.0.push((Arc::clone(&inner), parameters));
                    parts.extensions.insert(entered);
                    context.run(service.call(Request::from_parts(parts, body))).await?.map(Body::new)
                }
                Err(problem) => problem.into_response(),
            };
            keep_private(response.headers_mut(), &inner.vary);
            Ok(response)
        })
    }
}

impl fmt::Debug for EdgeLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeLayer").field("vary", &self.inner.vary).finish_non_exhaustive()
    }
}

impl<S: fmt::Debug> fmt::Debug for EdgeService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EdgeService").field("service", &self.service).finish_non_exhaustive()
    }
}
