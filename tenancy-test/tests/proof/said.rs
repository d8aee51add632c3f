//! Values that the proof is told to write, and where it writes them.

use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, put};
use axum::{Json, Router};
use serde_json::{Value, json};
use tenancy_test::{Document, InProcess, Proof, Tenant};

type Seen = Arc<Mutex<Vec<String>>>;

fn status(headers: &HeaderMap) -> StatusCode {
    if headers.contains_key("authorization") { StatusCode::OK } else { StatusCode::UNAUTHORIZED }
}

async fn read(State(seen): State<Seen>, Path(id): Path<String>, headers: HeaderMap) -> StatusCode {
    seen.lock().unwrap().push(format!("path {id}"));
    status(&headers)
}

async fn write(State(seen): State<Seen>, headers: HeaderMap, Json(body): Json<Value>) -> StatusCode {
    seen.lock().unwrap().push(format!("body {}", body["id"]));
    status(&headers)
}

/// A bare `id` is one of what its path names, whether an id or a value is given for it.
#[tokio::test]
async fn f33_a_value_is_written_at_each_place_that_its_key_fits() {
    let seen = Seen::default();
    let router = Router::new()
        .route("/plans", put(write))
        .route("/plans/{id}", get(read))
        .with_state(Arc::clone(&seen));
    let text = json!({ "type": "string" });
    let body = json!({ "type": "object", "required": ["id"], "properties": { "id": text } });
    let document = json!({ "openapi": "3.1.0", "paths": {
        "/plans": { "put": { "requestBody": { "required": true, "content": { "application/json": { "schema": body } } } } },
        "/plans/{id}": { "get": { "parameters": [{ "name": "id", "in": "path", "required": true, "schema": text }] } },
    } });
    let report = Proof::new(InProcess::new(router), Document::from_value(&document).unwrap())
        .tenant(Tenant::new("acme").bearer("acme"))
        .tenant(Tenant::new("globex").bearer("globex"))
        .value("plan_id", "free")
        .state(async |_| Ok::<_, String>(json!({})))
        .restore(async || Ok::<_, String>(()))
        .run()
        .await
        .unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["body \"free\"", "path free"], "{report}");
}
