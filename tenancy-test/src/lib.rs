//! For the tests of multi-tenant applications: a proof that two tenants see nothing of each other over HTTP, and a kit for tests below it.
//!
//! It is a development dependency of an application, and knows nothing of how that is built: [`Proof`] asks an HTTP service by its
//! OpenAPI document, whatever it is written in. The [`kit`](#the-kit) is for `tenancy-core`'s scopes, and for Diesel.
//!
//! # The proof
//!
//! ```
//! # use axum::extract::{Path, State};
//! # use axum::http::{HeaderMap, StatusCode};
//! # use axum::{Json, Router, routing::get};
//! # use std::sync::{Arc, Mutex};
//! use tenancy_test::{Document, InProcess, Proof, Tenant};
//!
//! # type Rows = Arc<Mutex<Vec<(&'static str, u32, String)>>>;
//! # fn tenant(headers: &HeaderMap) -> &'static str {
//! #     if headers.get("authorization").is_some_and(|token| token == "Bearer acme-token") { "acme" } else { "globex" }
//! # }
//! # async fn read(State(rows): State<Rows>, headers: HeaderMap, Path(id): Path<u32>) -> Result<String, StatusCode> {
//! #     let rows = rows.lock().unwrap();
//! #     let row = rows.iter().find(|row| row.0 == tenant(&headers) && row.1 == id);
//! #     row.map(|row| row.2.clone()).ok_or(StatusCode::NOT_FOUND)
//! # }
//! # async fn rename(State(rows): State<Rows>, headers: HeaderMap, Path(id): Path<u32>, Json(name): Json<String>) -> StatusCode {
//! #     let mut rows = rows.lock().unwrap();
//! #     match rows.iter_mut().find(|row| row.0 == tenant(&headers) && row.1 == id) {
//! #         Some(row) => { row.2 = name; StatusCode::NO_CONTENT }
//! #         None => StatusCode::NOT_FOUND,
//! #     }
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let rows: Rows = Arc::new(Mutex::new(vec![("acme", 7, "Ada of Acme".to_owned()), ("globex", 8, "Zoe of Globex".to_owned())]));
//! # let router = Router::new().route("/agents/{id}", get(read).put(rename)).with_state(rows.clone());
//! # let text = r##"{ "openapi": "3.1.0", "paths": { "/agents/{id}": {
//! #     "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }],
//! #     "get": {},
//! #     "put": { "requestBody": { "required": true, "content": { "application/json": { "schema": { "type": "string" } } } } }
//! # } } }"##;
//! Proof::new(InProcess::new(router), Document::from_json(text)?)
//!     .tenant(Tenant::new("acme").bearer("acme-token").id("agent_id", 7).marker("Ada of Acme"))
//!     .tenant(Tenant::new("globex").bearer("globex-token").id("agent_id", 8).marker("Zoe of Globex"))
//!     .state(move |tenant| {
//!         let own: Vec<_> = rows.lock().unwrap().iter().filter(|row| row.0 == tenant).cloned().collect();
//!         async move { serde_json::to_value(own) }
//!     })
//!     .assert()
//!     .await;
//! # Ok(())
//! # }
//! ```
//!
//! Each tenant asks for what is its own, for what is another's, and for what exists nowhere, in every place of every operation. The last
//! two have to be answered alike, in status, text and headers, and what the other tenant has must be as it was. What cannot be tried is
//! listed, and fails the test unless it is left out with a reason. [`Kind`] has what is found; the design, its statistics and its limits are in
//! `docs/design.md`.
//!
//! # The kit
//!
//! With the feature `kit`: `kit::TestTenants` are two tenants with somebody admitted to each, a `kit::Factory` makes rows alike for both,
//! `kit::SqliteTemplate` and `kit::PostgresTemplate` give each test a database of its own, `kit::RolledBack` a connection of which nothing stays,
//! and `assert_isolated!` says by its row what one tenant saw of the other.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | `tower` | [`InProcess`]: the proof of a tower service, such as an axum router |
//! | `http-client` | [`HttpClient`]: the proof of a service at its address |
//! | `kit` | the module `kit`; it does not compile without debug assertions |
//! | `kit-diesel`, `kit-diesel-async` | `kit::RolledBack`, `kit::RolledBackAsync` |
//! | `kit-postgres` | `kit::PostgresTemplate` |
//! | `kit-wall` | `kit::known_holes`: the waivers for whichever PostgreSQL is installed |

#[cfg(all(feature = "kit", not(debug_assertions), not(tenancy_allow_testing_in_release)))]
compile_error!(
    "the feature `kit` of tenancy-test is on in a build without debug assertions: it has a membership of test \
     principals, so nothing that ships may contain it. Enable it in [dev-dependencies] only. To run \
     tests with `--release`, pass RUSTFLAGS=\"--cfg tenancy_allow_testing_in_release\"."
);

#[cfg(feature = "kit")]
pub mod kit;
mod openapi;
mod proof;
mod report;
mod transport;

pub use self::openapi::{Document, DocumentError};
pub use self::proof::{Proof, ProofError, Tenant, Timing};
pub use self::report::{Allowed, Covered, Finding, Kind, NotCovered, Notice, Report};
#[cfg(feature = "tower")]
pub use self::transport::InProcess;
#[cfg(feature = "http-client")]
pub use self::transport::{HttpClient, HttpClientError};
pub use self::transport::{Transport, TransportError};

/// Runs the examples of the README and of the design.
#[cfg(all(doctest, feature = "kit-diesel", feature = "tower"))]
mod documents {
    #[doc = include_str!("../README.md")]
    enum Readme {}
    #[doc = include_str!("../docs/design.md")]
    enum Design {}
}
