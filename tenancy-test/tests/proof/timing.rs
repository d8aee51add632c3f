//! Times: reported, and never a failure.

use std::time::Duration;

use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use tenancy_test::{Document, InProcess, Proof, Report, Tenant, Timing};

async fn run(slow: bool) -> Report {
    let document = json!({ "openapi": "3.1.0", "paths": { "/agents/{id}": {
        "get": { "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }] }
    } } });
    let read = async move |Path(id): Path<u32>, headers: axum::http::HeaderMap| {
        let own = if headers.get("authorization").is_some_and(|token| token == "Bearer a") { 1 } else { 2 };
        if slow && id < 100 {
            // It was read, and then found to be another tenant's.
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        if id == own { Ok("an agent") } else { Err(StatusCode::NOT_FOUND) }
    };
    Proof::new(
        InProcess::new(Router::new().route("/agents/{id}", get(read))),
        Document::from_value(&document).unwrap(),
    )
    .tenant(Tenant::new("acme").bearer("a").id("agent_id", 1))
    .tenant(Tenant::new("globex").bearer("b").id("agent_id", 2))
    .changes(async |_| Ok::<_, String>(()))
    .timing(Timing::pairs(60))
    .run()
    .await
    .unwrap()
}

#[tokio::test]
async fn f33_an_answer_that_takes_longer_is_a_notice_and_no_failure() {
    let report = run(true).await;
    assert!(report.is_clean(), "{report}");
    assert!(report.notices.iter().any(|notice| notice.text.contains("took longer")), "{report}");
    let report = run(false).await;
    assert!(report.is_clean(), "{report}");
}
