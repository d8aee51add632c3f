//! How requests reach the service.

#[cfg(feature = "http-client")]
mod http_client;
#[cfg(feature = "tower")]
mod in_process;

use std::error::Error;
use std::future::Future;

use bytes::Bytes;
use http::{Request, Response};

#[cfg(feature = "http-client")]
pub use self::http_client::{HttpClient, HttpClientError};
#[cfg(feature = "tower")]
pub use self::in_process::InProcess;

/// What sends a request to the service under proof and brings its answer.
///
/// The request's URI is a path with its query; its `Host` header says the host. An implementation follows no redirects, keeps no
/// cookies, caches nothing and tries nothing again: what it would do by itself hides what the service does.
///
/// [`HttpClient`](crate::HttpClient) reaches a service at its address (feature `http-client`), [`InProcess`](crate::InProcess) a tower service (feature
/// `tower`). Another one is an implementation of this.
///
/// # Examples
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use tenancy_test::{Transport, TransportError};
///
/// struct Closed;
///
/// impl Transport for Closed {
///     async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
///         let mut answer = Response::new(Bytes::new());
///         *answer.status_mut() = http::StatusCode::NOT_FOUND;
///         Ok(answer)
///     }
/// }
/// ```
pub trait Transport: Send + Sync {
    /// Sends one request and waits for the whole answer.
    ///
    /// # Errors
    ///
    /// [`TransportError`] if there is no answer. Every status is an answer.
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send;
}

impl<T: Transport> Transport for &T {
    fn send(
        &self,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> + Send {
        T::send(self, request)
    }
}

/// Why there was no answer.
#[derive(Debug, thiserror::Error)]
#[error("no answer from the service: {0}")]
pub struct TransportError(String);

impl TransportError {
    /// With the error of whatever was to bring the answer, and what that error was caused by.
    pub fn new(error: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        let error = error.into();
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(deeper) = cause {
            text.push_str(": ");
            text.push_str(&deeper.to_string());
            cause = deeper.source();
        }
        Self(text)
    }
}
