//! The service in this process, and somebody who uses it.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt as _;
use saas::config::Config;
use saas::database::PASSWORD;
use saas::web::{App, service};
use tempfile::TempDir;
use tenancy_tests::server::fresh_postgres_database;
use tower::ServiceExt as _;
use utoipa::openapi::OpenApi;

/// A product of a test's own.
pub struct Product {
    pub app: Arc<App>,
    pub router: Router,
    pub document: OpenApi,
    config: Config,
    data: Arc<TempDir>,
}

impl Product {
    pub async fn on_sqlite() -> Self {
        Self::made(|_| {}).await
    }

    /// Behind the sealed wall.
    pub async fn on_postgres() -> Self {
        let url = fresh_postgres_database("saas");
        Self::made(|config| config.database_url = Some(url)).await
    }

    /// As it is configured.
    pub async fn made(configure: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(data.path().to_owned()).unwrap();
        config.accept_old_server = true;
        configure(&mut config);
        Self::with(config, Arc::new(data)).await
    }

    /// The same once more, as another process would be.
    pub async fn another(&self) -> Self {
        Self::with(self.config.clone(), Arc::clone(&self.data)).await
    }

    async fn with(config: Config, data: Arc<TempDir>) -> Self {
        let app = App::new(&config).await.unwrap();
        let (router, document) = service(&app).unwrap();
        Self { app, router, document, config, data }
    }

    /// Somebody who has signed in.
    pub async fn signed_in(&self, email: &str) -> Person {
        let mut person = self.stranger();
        let answer = person.post("/sign-in", &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(
            (answer.status, answer.location.as_str()),
            (StatusCode::SEE_OTHER, "/organisations"),
            "{}",
            answer.body
        );
        person
    }

    pub fn stranger(&self) -> Person {
        Person { router: self.router.clone(), cookie: None }
    }
}

/// A browser without scripts.
pub struct Person {
    router: Router,
    pub cookie: Option<String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: String,
    /// After how many seconds to come again, where the answer says so.
    pub retry_after: Option<u64>,
    pub body: String,
}

impl Answer {
    /// What stands behind `before` in the body, up to `end`.
    pub fn between(&self, before: &str, end: char) -> String {
        let (_, rest) =
            self.body.split_once(before).unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split(end).next().unwrap().to_owned()
    }
}

impl Person {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    pub async fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(Method::POST, path, Some(("application/x-www-form-urlencoded", body)), &[]).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let answer = self.ask(method, path, body, headers).await;
        if let Some(cookie) = answer.headers().get(SET_COOKIE) {
            self.cookie = Some(cookie.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        let location = answer.headers().get(LOCATION).map_or("", |to| to.to_str().unwrap()).to_owned();
        let retry_after =
            answer.headers().get(RETRY_AFTER).map(|after| after.to_str().unwrap().parse().unwrap());
        let status = answer.status();
        let body =
            String::from_utf8_lossy(&answer.into_body().collect().await.unwrap().to_bytes()).into_owned();
        Answer { status, location, retry_after, body }
    }

    /// The same person in another tab.
    pub fn another_tab(&self) -> Self {
        Self { router: self.router.clone(), cookie: self.cookie.clone() }
    }

    /// The answer as it comes.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<(&str, String)>,
        headers: &[(&str, &str)],
    ) -> Response {
        let mut request = Request::builder().method(method).uri(path).header("host", "localhost");
        // A program says otherwise.
        if !headers.iter().any(|(name, _)| *name == ACCEPT) {
            request = request.header(ACCEPT, "text/html");
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = match body {
            Some((kind, body)) => {
                request = request.header(CONTENT_TYPE, kind);
                Body::from(body)
            }
            None => Body::empty(),
        };
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 4000))));
        self.router.clone().oneshot(request).await.unwrap()
    }
}

impl Product {
    /// What the billing provider signs with.
    pub fn billing_secret(&self) -> String {
        self.config.key_text("billing")
    }

    /// How it is set up.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The database, for its owner.
    pub fn database_url(&self) -> Option<&str> {
        self.config.database_url.as_deref()
    }

    /// The folder of what it keeps.
    pub fn folder(&self) -> &Path {
        self.data.path()
    }

    /// The id of an account.
    pub async fn id_of(&self, email: &str) -> String {
        saas::model::accounts::by_email(&self.app.db, email).await.unwrap().unwrap().id
    }
}
