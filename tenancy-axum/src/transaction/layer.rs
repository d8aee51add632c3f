//! What ends a request's transaction.

use std::fmt;
use std::task::{Context, Poll};

use axum::BoxError;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, Response};
use axum::response::IntoResponse;
use futures_util::future::BoxFuture;
use tenancy_pool::{TenantConnection, TenantPool};
use tower_layer::Layer;
use tower_service::Service;

use super::slot::{Ending, NotFinished, OfRequest};
use crate::Problem;

/// Ends the transaction of each request, if it has begun one: see [`Transaction`](crate::Transaction).
///
/// It stands behind the edge, so it is added before it: `.layer(TransactionLayer::new(pool)).layer(edge.layer())`.
///
/// The answer is sent when the database has confirmed the commit. A commit that fails is an error answer in the place of the handler's. Where the
/// connection breaks while it is under way, nobody knows whether it was done; the answer is an error then.
///
/// An application that runs on one of two databases adds the layer of the one that it is started with, and its handlers take an
/// [`EitherTransaction`](crate::EitherTransaction).
#[must_use = "a layer does nothing until a service has it"]
pub struct TransactionLayer<C: TenantConnection> {
    pool: TenantPool<C>,
}

impl<C: TenantConnection> TransactionLayer<C> {
    /// Transactions of this pool.
    pub const fn new(pool: TenantPool<C>) -> Self {
        Self { pool }
    }
}

impl<C: TenantConnection, S> Layer<S> for TransactionLayer<C> {
    type Service = TransactionService<C, S>;

    fn layer(&self, service: S) -> TransactionService<C, S> {
        TransactionService { pool: self.pool.clone(), service }
    }
}

/// A service behind a [`TransactionLayer`].
pub struct TransactionService<C: TenantConnection, S> {
    pool: TenantPool<C>,
    service: S,
}

impl<C, S, B, R> Service<Request<B>> for TransactionService<C, S>
where
    C: TenantConnection + 'static,
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

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let next = self.service.clone();
        let mut service = std::mem::replace(&mut self.service, next);
        // Dropped with the future, where the handler panics or the client has gone: what it has is rolled back.
        let of_request = OfRequest::new(self.pool.clone());
        request.extensions_mut().insert(of_request.clone());
        Box::pin(async move {
            let response = service.call(request).await?.map(Body::new);
            let Some(transaction) = of_request.taken() else { return Ok(response) };
            let is_error = response.status().is_client_error() || response.status().is_server_error();
            let ending = if is_error { Ending::RollBack } else { Ending::Commit };
            Ok(match (transaction.finish(ending).await, ending) {
                (Ok(()), _) => response,
                (Err(NotFinished::Pool(error)), Ending::Commit) => Problem::from(error).into_response(),
                // It is undone in either case, and the handler's own error says more.
                (Err(NotFinished::Pool(error)), Ending::RollBack) => {
                    tracing::debug!(target: "tenancy::edge", %error, "the rollback was not confirmed");
                    response
                }
                (Err(NotFinished::InUse), Ending::RollBack) => response,
                (Err(NotFinished::InUse), Ending::Commit) => Problem::misassembled(
                    "something still had the transaction of a request when its handler had answered, so it was rolled back: end what the handler \
                     spawned before it answers, and read rows before the answer's body is made",
                )
                .into_response(),
            })
        })
    }
}

// By hand: deriving would ask `C: Clone`.
impl<C: TenantConnection> Clone for TransactionLayer<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone() }
    }
}

impl<C: TenantConnection, S: Clone> Clone for TransactionService<C, S> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), service: self.service.clone() }
    }
}

impl<C: TenantConnection> fmt::Debug for TransactionLayer<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionLayer").field("pool", &self.pool).finish()
    }
}

impl<C: TenantConnection, S: fmt::Debug> fmt::Debug for TransactionService<C, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransactionService").field("service", &self.service).finish_non_exhaustive()
    }
}
