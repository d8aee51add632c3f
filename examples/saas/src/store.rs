//! Where the bytes of uploads and exports are: a folder, or a bucket of S3 or of what speaks like it. Names are made from scopes.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::{Body, Bytes};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector as Tcp;
use hyper_util::rt::TokioExecutor;
use object_store::aws::AmazonS3Builder;
use object_store::client::{
    HttpClient, HttpConnector, HttpError, HttpErrorKind, HttpRequest, HttpRequestBody, HttpResponse,
    HttpResponseBody, HttpService,
};
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{ClientConfigKey, ClientOptions, ObjectStore, ObjectStoreExt as _, WriteMultipart};
use tenancy_axum::Problem;

use crate::config::Config;
use crate::model::Scope;
use crate::web::NAMESPACE;

pub struct Files(Arc<dyn ObjectStore>);

impl Files {
    /// # Errors
    ///
    /// If the folder cannot be made, or the bucket does not answer.
    pub async fn open(config: &Config) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let Some(url) = &config.s3_url else {
            let files = config.data.join("files");
            std::fs::create_dir_all(&files)?;
            return Ok(Self(Arc::new(LocalFileSystem::new_with_prefix(files)?)));
        };
        let mut builder = AmazonS3Builder::new().with_url(url).with_http_connector(Http);
        for (name, value) in &config.s3_options {
            // Others of these variables are for other programs.
            if let Ok(key) = name.to_ascii_lowercase().parse() {
                builder = builder.with_config(key, value);
            }
        }
        let bucket = builder.build()?;
        // Said at the start, and not to the first person who adds a file. A file that is not there would not tell that the bucket is not.
        match bucket.list(Some(&Path::from(NAMESPACE))).next().await {
            Some(Err(error)) => {
                Err(format!("{url} cannot be used: {error}. Look at S3_URL and AWS_….").into())
            }
            Some(Ok(_)) | None => Ok(Self(Arc::new(bucket))),
        }
    }

    /// Keeps bytes under the tenant's prefix.
    pub async fn put(&self, scope: &Scope, parts: [&str; 2], bytes: Bytes) -> Result<(), Problem> {
        let kept = self.0.put(&path(scope, parts)?, bytes.into()).await;
        kept.map(drop).map_err(|error| Problem::internal(&error))
    }

    /// What is kept, as it comes.
    pub async fn get(&self, scope: &Scope, parts: [&str; 2]) -> Result<Body, Problem> {
        let found = self.0.get(&path(scope, parts)?).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Problem::not_found(),
            other => Problem::internal(&other),
        })?;
        Ok(Body::from_stream(found.into_stream()))
    }

    /// For what is written piece by piece. It is there when it is finished.
    pub async fn write(&self, scope: &Scope, parts: [&str; 2]) -> Result<WriteMultipart, Problem> {
        let begun = self.0.put_multipart(&path(scope, parts)?).await;
        begun.map(WriteMultipart::new).map_err(|error| Problem::internal(&error))
    }
}

fn path(scope: &Scope, parts: [&str; 2]) -> Result<Path, Problem> {
    let names = scope.names(NAMESPACE).map_err(|error| Problem::internal(&error))?;
    // As it is: encoded once more it would be another's.
    Path::parse(names.storage_path(parts).as_str()).map_err(|error| Problem::internal(&error))
}

/// How long an answer may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

/// HTTP by the libraries that are here already: the client that `object_store` brings has a second library for TLS below it.
#[derive(Debug)]
struct Http;

impl HttpConnector for Http {
    fn connect(&self, options: &ClientOptions) -> object_store::Result<HttpClient> {
        let provider = rustls::crypto::ring::default_provider();
        let roots = HttpsConnectorBuilder::new().with_provider_and_native_roots(provider);
        let roots =
            roots.map_err(|error| object_store::Error::Generic { store: "S3", source: Box::new(error) })?;
        let may_be_plain = options
            .get_config_value(&ClientConfigKey::AllowHttp)
            .is_some_and(|is| is.eq_ignore_ascii_case("true"));
        let tls = if may_be_plain { roots.https_or_http() } else { roots.https_only() };
        let client = Client::builder(TokioExecutor::new()).build(tls.enable_http1().build());
        Ok(HttpClient::new(Requests(client)))
    }
}

#[derive(Debug)]
struct Requests(Client<HttpsConnector<Tcp>, HttpRequestBody>);

#[async_trait]
impl HttpService for Requests {
    async fn call(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let answer = tokio::time::timeout(PATIENCE, self.0.request(request)).await;
        let answer = answer.map_err(|late| HttpError::new(HttpErrorKind::Timeout, late))?;
        let answer = answer.map_err(|error| {
            let kind = if error.is_connect() { HttpErrorKind::Connect } else { HttpErrorKind::Interrupted };
            HttpError::new(kind, error)
        })?;
        let cut = |error| HttpError::new(HttpErrorKind::Interrupted, error);
        Ok(answer.map(|body| HttpResponseBody::new(body.map_err(cut))))
    }
}
