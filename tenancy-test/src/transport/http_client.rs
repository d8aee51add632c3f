//! A service at its address, by hyper's client.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, Scheme};
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;

use super::{Transport, TransportError};

/// How long an answer may take unless it is said otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// More of an answer than this is an error: the proof keeps answers in memory.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;

/// A service at its address.
///
/// Whatever host a request is for, the connection leads to the base address: tenants whose hosts have no DNS entry are reached as
/// well. It speaks HTTP/1.1 without TLS; a connector of one's own, such as hyper-rustls's, brings TLS: [`over`](Self::over).
///
/// # Examples
///
/// ```
/// use tenancy_test::HttpClient;
///
/// let service = HttpClient::new("http://127.0.0.1:8080")?;
/// # Ok::<_, tenancy_test::HttpClientError>(())
/// ```
pub struct HttpClient<C = HttpConnector> {
    client: Client<C, Full<Bytes>>,
    scheme: Scheme,
    authority: Authority,
    base_path: String,
    timeout: Duration,
}

/// Why a base address cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HttpClientError {
    /// It is no absolute URL.
    #[error("`{0}` is not the address of a service: write it as http://host:port")]
    NotAnAddress(String),
    /// It asks for TLS, which the plain connector does not speak.
    #[error("`{0}` asks for TLS: pass a connector that speaks it to `HttpClient::over`")]
    NeedsTls(String),
}

impl HttpClient {
    /// Reaches the service at this address, without TLS.
    ///
    /// # Errors
    ///
    /// [`HttpClientError`] if it is no address, or one of TLS.
    pub fn new(base: &str) -> Result<Self, HttpClientError> {
        let client = Self::over(base, HttpConnector::new())?;
        if client.scheme == Scheme::HTTP {
            Ok(client)
        } else {
            Err(HttpClientError::NeedsTls(base.to_owned()))
        }
    }
}

impl<C: Connect + Clone + Send + Sync + 'static> HttpClient<C> {
    /// Reaches the service at this address by a connector.
    ///
    /// # Errors
    ///
    /// [`HttpClientError`] if it is no address.
    pub fn over(base: &str, connector: C) -> Result<Self, HttpClientError> {
        let failed = || HttpClientError::NotAnAddress(base.to_owned());
        let parts = base.parse::<Uri>().map_err(|_| failed())?.into_parts();
        let (Some(scheme), Some(authority)) = (parts.scheme, parts.authority) else { return Err(failed()) };
        let path = parts.path_and_query.map(|path| path.path().trim_end_matches('/').to_owned());
        Ok(Self {
            client: Client::builder(TokioExecutor::new()).build(connector),
            scheme,
            authority,
            base_path: path.unwrap_or_default(),
            timeout: TIMEOUT,
        })
    }

    /// How long an answer may take; thirty seconds unless said otherwise.
    #[must_use = "this returns the client with the timeout"]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }
}

impl<C: Connect + Clone + Send + Sync + 'static> Transport for HttpClient<C> {
    async fn send(&self, mut request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        let uri = Uri::builder()
            .scheme(self.scheme.clone())
            .authority(self.authority.clone())
            .path_and_query(format!("{}{path}", self.base_path))
            .build()
            .map_err(TransportError::new)?;
        *request.uri_mut() = uri;
        if !request.headers().contains_key(header::HOST) {
            let host = HeaderValue::from_str(self.authority.as_str()).map_err(TransportError::new)?;
            request.headers_mut().insert(header::HOST, host);
        }
        let exchange = async {
            let answer = self.client.request(request.map(Full::new)).await.map_err(TransportError::new)?;
            let (parts, body) = answer.into_parts();
            let body = Limited::new(body, LARGEST_ANSWER).collect().await.map_err(TransportError::new)?;
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        tokio::time::timeout(self.timeout, exchange).await.map_err(TransportError::new)?
    }
}

impl<C> fmt::Debug for HttpClient<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("HttpClient").field("host", &self.authority.host()).finish_non_exhaustive()
    }
}
