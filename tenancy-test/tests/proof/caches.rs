//! Caches where nobody has named a text: what shows that each tenant was given its own answer.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tenancy_test::{Document, InProcess, Proof, Report, Tenant};

const POSITION: &str = "the same request right after another tenant's";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    TenantAndAddress,
    /// L64, by what stands before the query.
    Path,
    /// L64.
    Address,
}

struct Service {
    key: Key,
    /// How a parameter is answered that it does not know, unless it is passed over.
    unknown: Option<StatusCode>,
    kept: Mutex<BTreeMap<String, usize>>,
}

async fn report(State(service): State<Arc<Service>>, headers: HeaderMap, uri: Uri) -> Response {
    if let (Some(status), Some(_)) = (service.unknown, uri.query()) {
        return (status, [("location", uri.path())], "there is no such parameter").into_response();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let host = text("host");
    let letters = match text("authorization") {
        "Bearer acme" if host == "acme.example.test" => 4,
        "Bearer globex" if host == "globex.example.test" => 6,
        _ => return StatusCode::UNAUTHORIZED.into_response(),
    };
    let key = match service.key {
        Key::TenantAndAddress => format!("{letters} {uri}"),
        Key::Path => uri.path().to_owned(),
        Key::Address => uri.to_string(),
    };
    let kept = *service.kept.lock().unwrap().entry(key).or_insert(letters);
    // Something that is new each time stands beside what is kept, and so does the tenant's own host.
    axum::Json(json!({ "letters": kept, "at": fastrand::u64(..), "self": format!("https://{host}/report") }))
        .into_response()
}

fn proof(key: Key, unknown: Option<StatusCode>) -> Proof<InProcess<Router>> {
    let service = Arc::new(Service { key, unknown, kept: Mutex::default() });
    let router = Router::new().route("/report", get(report)).with_state(service);
    let document = json!({ "openapi": "3.1.0", "paths": { "/report": { "get": {} } } });
    let tenant = |name: &str| Tenant::new(name).bearer(name).host(format!("{name}.example.test"));
    Proof::new(InProcess::new(router), Document::from_value(&document).unwrap())
        .tenant(tenant("acme"))
        .tenant(tenant("globex"))
        .changes(async |_| Ok::<_, String>(()))
}

fn is_tried(report: &Report) -> bool {
    report.operations.iter().any(|covered| covered.tried.iter().any(|tried| tried == POSITION))
}

#[tokio::test]
async fn f33_l64_a_service_that_cannot_be_asked_past_its_caches_is_covered_by_rows_that_differ_or_not_at_all()
{
    for unknown in [Some(StatusCode::BAD_REQUEST), Some(StatusCode::PERMANENT_REDIRECT)] {
        let clean = proof(Key::TenantAndAddress, unknown).run().await.unwrap();
        assert!(clean.is_clean() && is_tried(&clean), "{clean}");
        let report = proof(Key::Address, unknown).run().await.unwrap();
        assert!(!report.is_clean() && !is_tried(&report), "{report}");
        assert_eq!(report.not_covered[0].what, "`caches`", "{report}");
        assert!(report.not_covered[0].reason.contains("seed rows that differ"), "{report}");
        let skipped = proof(Key::Address, unknown).skip("GET /report#caches", "nothing is kept");
        let report = skipped.run().await.unwrap();
        assert!(report.is_clean(), "{report}");
    }
}

#[tokio::test]
async fn f33_l64_answers_that_are_alike_past_caches_as_well_are_not_taken_for_a_cache_that_was_tried() {
    let clean = proof(Key::TenantAndAddress, None).run().await.unwrap();
    assert!(clean.is_clean() && is_tried(&clean), "{clean}");
    let alike =
        |report: &Report| report.notices.iter().any(|notice| notice.text.contains("are answered alike"));
    assert!(!alike(&clean), "{clean}");
    let report = proof(Key::Path, None).run().await.unwrap();
    assert!(!is_tried(&report) && alike(&report), "{report}");
}

/// Two tenants' dashboards: a name, and figures that may be kept by themselves.
async fn dashboard(State(figures): State<Arc<BTreeMap<&'static str, u32>>>, headers: HeaderMap) -> Response {
    let login = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match figures.get(login) {
        Some(figure) => {
            axum::Json(json!({ "of": login, "tasks": figure, "done": true, "also": [1] })).into_response()
        }
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// The same as a page, with a number that is always there.
async fn page(State(figures): State<Arc<BTreeMap<&'static str, u32>>>, headers: HeaderMap) -> Response {
    let login = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match figures.get(login) {
        Some(figure) => Html(format!("<h1>{login}</h1><p><b>{figure}</b>of 50 tasks</p>")).into_response(),
        None => StatusCode::UNAUTHORIZED.into_response(),
    }
}

/// A row with an id in its path, which says the same of both tenants.
async fn row(headers: HeaderMap, uri: Uri) -> StatusCode {
    let login = headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_own = [("Bearer acme", "/rows/7"), ("Bearer globex", "/rows/8")].contains(&(login, uri.path()));
    if is_own { StatusCode::OK } else { StatusCode::NOT_FOUND }
}

/// F33: values that are alike hide a cache of them, and the report says so.
#[tokio::test]
async fn f33_figures_and_rows_that_are_alike_are_a_notice() {
    let notices = async |of_globex: u32| {
        let figures = Arc::new(BTreeMap::from([("Bearer acme", 3), ("Bearer globex", of_globex)]));
        let router = Router::new()
            .route("/dashboard", get(dashboard))
            .route("/page", get(page))
            .route("/rows/{row_id}", get(row))
            .with_state(figures);
        let id =
            json!([{ "name": "row_id", "in": "path", "required": true, "schema": { "type": "integer" } }]);
        let paths = json!({ "/dashboard": { "get": {} }, "/page": { "get": {} }, "/rows/{row_id}": { "parameters": id, "get": {} } });
        let document = json!({ "openapi": "3.1.0", "paths": paths });
        let tenant = |name: &str, id: u32| Tenant::new(name).bearer(name).id("row_id", id);
        let report = Proof::new(InProcess::new(router), Document::from_value(&document).unwrap())
            .tenant(tenant("acme", 7))
            .tenant(tenant("globex", 8))
            .changes(async |_| Ok::<_, String>(()))
            .run()
            .await
            .unwrap();
        assert!(report.is_clean(), "{report}");
        let about = |operation: &str| -> Vec<String> {
            report
                .notices
                .iter()
                .filter(|notice| notice.about == operation)
                .map(|notice| notice.text.clone())
                .collect()
        };
        (about("GET /dashboard"), about("GET /page"), about("GET /rows/{row_id}"))
    };
    let (dashboard, page, rows) = notices(3).await;
    for dashboard in [dashboard, page] {
        assert!(
            dashboard.len() == 1 && dashboard[0].contains("are answered the same figures"),
            "{dashboard:?}"
        );
    }
    assert!(rows.len() == 1 && rows[0].contains("are answered alike"), "{rows:?}");
    let (dashboard, page, _) = notices(4).await;
    assert_eq!((dashboard, page), (vec![], vec![]));
}
