//! The service in this process, and somebody who uses it.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, RETRY_AFTER, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
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
    data: TempDir,
    database_url: Option<String>,
}

impl Product {
    pub async fn on_sqlite() -> Self {
        Self::with(None).await
    }

    /// Behind the sealed wall.
    pub async fn on_postgres() -> Self {
        Self::with(Some(fresh_postgres_database("saas"))).await
    }

    async fn with(database_url: Option<String>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = Config::in_folder(data.path().to_owned()).unwrap();
        config.database_url.clone_from(&database_url);
        config.accept_old_server = true;
        let app = App::new(&config).await.unwrap();
        let (router, document) = service(&app).unwrap();
        Self { app, router, document, data, database_url }
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
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "localhost")
            .header(ACCEPT, "text/html");
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
        let answer = self.router.clone().oneshot(request).await.unwrap();
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
}

impl Product {
    /// What the billing provider signs with.
    pub fn billing_secret(&self) -> String {
        Config::in_folder(self.data.path().to_owned()).unwrap().key_text("billing")
    }
}

impl Product {
    /// How it is set up.
    pub fn config(&self) -> Config {
        let mut config = Config::in_folder(self.data.path().to_owned()).unwrap();
        config.database_url.clone_from(&self.database_url);
        config
    }

    /// The database, for its owner.
    pub fn database_url(&self) -> Option<&str> {
        self.database_url.as_deref()
    }

    /// The id of an account.
    pub async fn id_of(&self, email: &str) -> String {
        saas::model::accounts::by_email(&self.app.db, email).await.unwrap().unwrap().id
    }

    /// Lets somebody administer an organisation.
    pub async fn make_admin(&self, email: &str, slug: &str) {
        let tenant = self.app.authority.membership().named(slug).await.unwrap().unwrap();
        let scope = self
            .app
            .authority
            .admit(saas::model::SCHEDULER, tenancy_diesel::Claimed::new(tenant))
            .await
            .unwrap();
        let user = self.id_of(email).await;
        saas::model::people::change_role(&self.app.db, &scope, &user, saas::model::membership::Role::Admin)
            .await
            .unwrap();
    }
}
