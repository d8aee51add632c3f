//! What one tenant may use up: rates and how many at once, decided by whatever keeps count.

use std::fmt;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use futures_util::future::BoxFuture;
use tenancy_core::{Admitted, Scoped};
use tower_layer::Layer;
use tower_service::Service;

use crate::Problem;
use crate::extract::found;

/// A request that is one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tenant has had its share; ask again in {retry_after:?}")]
pub struct Refused {
    /// When it may be asked again: the answer's `Retry-After`.
    pub retry_after: Duration,
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        Self::too_many_requests(refused.retry_after)
    }
}

mod sealed {
    use super::{Admitted, Scoped};

    pub trait Sealed {}
    impl<I, B> Sealed for Scoped<I, B> {}
    impl<I, D, B> Sealed for Admitted<I, D, B> {}
}

/// What a limit is asked by, which the edge has put into the request: its [`Scoped`], or its [`Admitted`] where the limit depends on what the membership
/// has learnt, a plan for example. Sealed: nothing that a client writes is one.
#[diagnostic::on_unimplemented(
    message = "a limit is not asked by `{Self}`",
    label = "not a proof that a request was admitted",
    note = "let the closure take the request's `Scoped<..>`, or its `Admitted<.., ..>` behind an edge that was made `with_details`"
)]
pub trait Subject: sealed::Sealed + Clone + Send + Sync + 'static {}

impl<I, B> Subject for Scoped<I, B> where Self: Clone + Send + Sync + 'static {}
impl<I, D, B> Subject for Admitted<I, D, B> where Self: Clone + Send + Sync + 'static {}

/// Lets a request through where its tenant has not had its share, and answers 429 otherwise.
///
/// `ask` decides: it is given the scope, or the scope with its details, and returns what the request holds meanwhile, a permit for example, or why not: [`Refused`],
/// a `Refusal` of `tenancy-policies` (feature `policies`), or whatever else is answered as a [`Problem`]. What it holds is dropped when
/// the answer's body has been sent, or the client has gone. A rate holds nothing: `()`.
///
/// A web socket is not held for: the answer that makes one (101) has no body, so that what is held is dropped when the socket begins. A cap on requests does not
/// cap sockets; where they are to be capped, the handler takes a permit and moves it into the closure of the upgrade. A stream of events is a body, and is held for.
///
/// It stands behind the edge, so it is added before it. The tenant is the admitted one: no header that a client writes makes another of it.
///
/// # Examples
///
/// ## Four requests of a tenant at once
///
/// ```
/// use std::collections::HashMap;
/// use std::sync::{Arc, Mutex};
/// use std::time::Duration;
/// use tenancy_axum::{LimitLayer, Refused};
/// use tenancy_core::{Scoped, TenantId};
/// use tokio::sync::Semaphore;
///
/// let tenants: Arc<Mutex<HashMap<TenantId, Arc<Semaphore>>>> = Arc::default();
/// let layer = LimitLayer::new(move |scope: Scoped<TenantId>| {
///     let permits = Arc::clone(
///         tenants.lock().unwrap().entry(*scope.tenant()).or_insert_with(|| Arc::new(Semaphore::new(4))),
///     );
///     async move { permits.try_acquire_owned().map_err(|_| Refused { retry_after: Duration::from_secs(1) }) }
/// });
/// ```
#[must_use = "a layer does nothing until a service has it"]
pub struct LimitLayer<F, T> {
    ask: Arc<F>,
    subject: PhantomData<fn() -> T>,
}

impl<F, T: Subject> LimitLayer<F, T> {
    /// Asks `ask` about each request.
    pub fn new<Answer, Held, No>(ask: F) -> Self
    where
        F: Fn(T) -> Answer,
        Answer: Future<Output = Result<Held, No>>,
        No: Into<Problem>,
    {
        Self { ask: Arc::new(ask), subject: PhantomData }
    }
}

impl<S, F, T> Layer<S> for LimitLayer<F, T> {
    type Service = LimitService<S, F, T>;

    fn layer(&self, service: S) -> Self::Service {
        LimitService { service, ask: Arc::clone(&self.ask), subject: PhantomData }
    }
}

/// A service behind a [`LimitLayer`].
pub struct LimitService<S, F, T> {
    service: S,
    ask: Arc<F>,
    subject: PhantomData<fn() -> T>,
}

impl<S, B, R, F, Answer, Held, No, T> Service<Request<B>> for LimitService<S, F, T>
where
    S: Service<Request<B>, Response = Response<R>, Error: Send, Future: Send> + Clone + Send + 'static,
    B: Send + 'static,
    R: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    F: Fn(T) -> Answer + Send + Sync + 'static,
    Answer: Future<Output = Result<Held, No>> + Send + 'static,
    Held: Send + 'static,
    No: Into<Problem> + Send,
    T: Subject,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let next = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, next);
        let ask = Arc::clone(&self.ask);
        Box::pin(async move {
            let subject = request.extensions().get::<T>().cloned();
            let subject = match found(subject, "a scope or its details", std::any::type_name::<T>()) {
                Ok(subject) => subject,
                Err(problem) => return Ok(problem.into_response()),
            };
            match ask(subject).await {
                Ok(held) => {
                    let response = service.call(request).await?;
                    Ok(response.map(|body| Body::new(Holding { body: Body::new(body), held: Some(held) })))
                }
                Err(no) => Ok(no.into().into_response()),
            }
        })
    }
}

/// A body that holds something until it has been sent.
struct Holding<H> {
    body: Body,
    held: Option<H>,
}

// Nothing of it is pinned: `Body` is a box, and what is held is only dropped.
impl<H> Unpin for Holding<H> {}

impl<H: Send + 'static> HttpBody for Holding<H> {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if let Poll::Ready(None | Some(Err(_))) = frame {
            self.held = None;
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.body.size_hint()
    }
}

// By hand: deriving would ask `F: Clone`.
impl<F, T> Clone for LimitLayer<F, T> {
    fn clone(&self) -> Self {
        Self { ask: Arc::clone(&self.ask), subject: PhantomData }
    }
}

impl<S: Clone, F, T> Clone for LimitService<S, F, T> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), ask: Arc::clone(&self.ask), subject: PhantomData }
    }
}

impl<F, T> fmt::Debug for LimitLayer<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitLayer").finish_non_exhaustive()
    }
}

impl<S: fmt::Debug, F, T> fmt::Debug for LimitService<S, F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitService").field("service", &self.service).finish_non_exhaustive()
    }
}
