//! A service of other habits, over the network: UUIDs in bodies, one host for all and the tenant in a header, API keys, forms, problem
//! documents, 403 where others say 404, OpenAPI 3.0.
#![allow(clippy::result_large_err, reason = "an answer is what is returned either way")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tenancy_test::{Document, HttpClient, Kind, Proof, Report, Tenant};

const ACME: &str = "0192f3a0-7c1e-7b11-8c3d-5a6b7c8d9e01";
const GLOBEX: &str = "0192f3a0-7c1e-7b11-9c3d-5a6b7c8d9e02";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// 404 where nothing is, 403 where another tenant's is.
    TellsByStatus,
    /// A CDN may keep the list.
    SharedCache,
    /// A CDN may keep the list, by what names the tenant and not by the key.
    SharedCacheByTenant,
    /// One of the two ways to pay is not checked.
    OneAlternative,
    /// The form is not checked, the JSON is.
    OneMediaType,
}

struct Service {
    fault: Fault,
    documents: Mutex<BTreeMap<String, (String, String)>>,
}

fn problem(status: StatusCode) -> Response {
    let body = json!({ "type": "about:blank", "status": status.as_u16(), "instance": format!("/problems/{}", fastrand::u32(..)) });
    (status, [(header::CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}

/// The tenant that the header names, if the key is of it.
fn tenant(headers: &HeaderMap) -> Result<String, Response> {
    let text =
        |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let tenant = text("x-org");
    if !tenant.is_empty() && text("x-api-key") == format!("key of {tenant}") {
        Ok(tenant)
    } else {
        Err(problem(StatusCode::FORBIDDEN))
    }
}

impl Service {
    fn find(&self, tenant: &str, id: &str, checked: bool) -> Result<String, Response> {
        match self.documents.lock().unwrap().get(id) {
            Some((owner, text)) if owner == tenant || !checked => Ok(text.clone()),
            None if self.fault == Fault::TellsByStatus => Err(problem(StatusCode::NOT_FOUND)),
            _ => Err(problem(StatusCode::FORBIDDEN)),
        }
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(rename = "documentId")]
    document: String,
}

async fn read(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Json(wanted): Json<Wanted>,
) -> Result<Response, Response> {
    let tenant = tenant(&headers)?;
    Ok(Json(json!({ "text": service.find(&tenant, &wanted.document, true)? })).into_response())
}

async fn list(State(service): State<Arc<Service>>, headers: HeaderMap) -> Result<Response, Response> {
    let tenant = tenant(&headers)?;
    let documents = service.documents.lock().unwrap();
    let own: Vec<&str> =
        documents.values().filter(|(owner, _)| *owner == tenant).map(|(_, text)| text.as_str()).collect();
    let (kept, varies) = match service.fault {
        Fault::SharedCache => ("public, max-age=60", "accept"),
        Fault::SharedCacheByTenant => ("max-age=60", "x-org"),
        _ => ("max-age=60", "x-org, x-api-key"),
    };
    Ok(([(header::CACHE_CONTROL, kept), (header::VARY, varies)], Json(json!(own))).into_response())
}

#[derive(Deserialize)]
#[serde(tag = "kind")]
enum Payment {
    #[serde(rename = "Card")]
    Card { number: u32 },
    #[serde(rename = "Invoice")]
    Invoice {
        #[serde(rename = "documentId")]
        document: String,
    },
}

async fn pay(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Json(payment): Json<Payment>,
) -> Result<Response, Response> {
    let tenant = tenant(&headers)?;
    match payment {
        Payment::Card { number } => assert!(number > 0),
        Payment::Invoice { document } => {
            service.find(&tenant, &document, service.fault != Fault::OneAlternative)?;
        }
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn rename(
    State(service): State<Arc<Service>>,
    headers: HeaderMap,
    Form(form): Form<BTreeMap<String, String>>,
) -> Result<Response, Response> {
    let tenant = tenant(&headers)?;
    let id = &form["documentId"];
    service.find(&tenant, id, service.fault != Fault::OneMediaType)?;
    let text = form["text"].clone();
    service.documents.lock().unwrap().entry(id.clone()).and_modify(|(_, own)| *own = text);
    Ok(StatusCode::SEE_OTHER.into_response())
}

fn document() -> Value {
    let wanted = json!({ "type": "object", "required": ["documentId"], "properties": { "documentId": { "$ref": "#/components/schemas/Id" } } });
    json!({
        "openapi": "3.0.3",
        "servers": [{ "url": "https://rpc.example.test/v2" }],
        "paths": {
            "/documents.read": { "post": { "requestBody": { "$ref": "#/components/requestBodies/Wanted" } } },
            "/documents.list": { "get": {} },
            "/payments.make": { "post": { "requestBody": { "required": true, "content": { "application/json": { "schema": {
                "oneOf": [{ "$ref": "#/components/schemas/Card" }, { "$ref": "#/components/schemas/Invoice" }],
                "discriminator": { "propertyName": "kind" },
            } } } } } },
            "/documents.rename": { "post": { "requestBody": { "required": true, "content": { "application/x-www-form-urlencoded": { "schema": {
                "allOf": [wanted.clone(), { "type": "object", "required": ["text"], "properties": { "text": { "type": "string" } } }],
            } } } } } },
        },
        "components": {
            "requestBodies": { "Wanted": { "required": true, "content": { "application/json": { "schema": wanted.clone() } } } },
            "schemas": {
                "Id": { "type": "string", "format": "uuid" },
                "Card": { "type": "object", "required": ["kind", "number"], "properties": { "kind": { "type": "string" }, "number": { "type": "integer", "minimum": 1 } } },
                "Invoice": { "allOf": [wanted, { "type": "object", "required": ["kind"], "properties": { "kind": { "type": "string" } } }] },
            },
        },
    })
}

async fn run(fault: Fault) -> Report {
    let own = |tenant: &str| (tenant.to_owned(), format!("paper of {tenant}"));
    let documents = BTreeMap::from([(ACME.to_owned(), own("acme")), (GLOBEX.to_owned(), own("globex"))]);
    let service = Arc::new(Service { fault, documents: Mutex::new(documents) });
    let router = Router::new()
        .route("/v2/documents.read", post(read))
        .route("/v2/documents.list", get(list))
        .route("/v2/payments.make", post(pay))
        .route("/v2/documents.rename", post(rename))
        .with_state(service);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let tenant = |name: &str, id: &str| {
        Tenant::new(name)
            .login_header("x-api-key", &format!("key of {name}"))
            .selected_by_header("x-org", name)
            .id("document_id", id)
            .marker(format!("paper of {name}"))
    };
    let report = Proof::new(HttpClient::new(&address).unwrap(), Document::from_value(&document()).unwrap())
        .tenant(tenant("acme", ACME))
        .tenant(tenant("globex", GLOBEX))
        .state_by_gets(["/documents.list"])
        .run()
        .await
        .unwrap();
    serving.abort();
    report
}

#[tokio::test]
async fn f33_a_service_that_forbids_everything_alike_is_clean() {
    let report = run(Fault::None).await;
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.operations.len(), 4);
}

#[tokio::test]
async fn f33_forbidden_for_what_is_there_and_not_found_for_what_is_not_is_a_finding() {
    for (fault, kind, operation) in [
        (Fault::TellsByStatus, Kind::ExistenceByStatus, "POST /documents.read"),
        (Fault::SharedCache, Kind::SharedCacheAllowed, "GET /documents.list"),
        (Fault::SharedCacheByTenant, Kind::SharedCacheAllowed, "GET /documents.list"),
        (Fault::OneAlternative, Kind::ForeignIdAccepted, "POST /payments.make"),
        (Fault::OneMediaType, Kind::OtherTenantChanged, "POST /documents.rename"),
    ] {
        let report = run(fault).await;
        let found: Vec<_> =
            report.findings.iter().map(|finding| (finding.code, finding.operation.as_str())).collect();
        assert!(found.contains(&(kind, operation)), "{fault:?}\n{report}");
        assert!(
            found.iter().all(|(_, at)| fault == Fault::TellsByStatus || *at == operation),
            "{fault:?}\n{report}"
        );
    }
}
