//! Sets of keys over HTTP.

use std::io;

use axum::body::Bytes;
use axum::http::header::ACCEPT;
use axum::http::{Request, StatusCode, Uri};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

use super::jwks::FetchJwks;

/// The most bytes of a set of keys.
const LONGEST_BODY: usize = 256 * 1024;

/// Fetches sets of keys over HTTPS, by hyper and rustls, with the certificates that the system trusts.
///
/// It follows no redirects, and speaks plain HTTP to this machine only (`localhost`, 127.0.0.0/8, `[::1]`): who can change keys on the way is everybody.
#[derive(Clone, Debug)]
pub struct HttpFetcher {
    client: Client<HttpsConnector<HttpConnector>, Empty<Bytes>>,
}

/// Why there is no fetcher.
#[derive(Debug, thiserror::Error)]
#[error("the certificates that the system trusts cannot be read: see the cause")]
pub struct FetcherError(#[from] io::Error);

impl HttpFetcher {
    /// One that trusts what the system trusts.
    ///
    /// # Errors
    ///
    /// [`FetcherError`] where the system has no certificates.
    pub fn new() -> Result<Self, FetcherError> {
        let provider = rustls::crypto::ring::default_provider();
        let https = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider)?;
        let https = https.https_or_http().enable_http1().build();
        Ok(Self { client: Client::builder(TokioExecutor::new()).build(https) })
    }
}

impl FetchJwks for HttpFetcher {
    fn fetch<'a>(&'a self, url: &'a str) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        async move {
            let uri: Uri = url.parse().map_err(|error| format!("{url:?} is no address: {error}"))?;
            if uri.scheme_str() != Some("https") && !is_local(&uri) {
                return Err(format!("{url:?} is neither https nor on this machine"));
            }
            let request = Request::get(uri).header(ACCEPT, "application/jwk-set+json, application/json");
            let request = request.body(Empty::new()).map_err(|error| error.to_string())?;
            let response =
                self.client.request(request).await.map_err(|error| format!("no answer: {error}"))?;
            if response.status() != StatusCode::OK {
                return Err(format!("the answer is {}", response.status()));
            }
            let body = Limited::new(response.into_body(), LONGEST_BODY).collect().await;
            let body = body.map_err(|error| {
                format!("the body cannot be read, or is longer than {LONGEST_BODY} bytes: {error}")
            })?;
            Ok(body.to_bytes().to_vec())
        }
        .boxed()
    }
}

fn is_local(uri: &Uri) -> bool {
    match uri.host() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}
