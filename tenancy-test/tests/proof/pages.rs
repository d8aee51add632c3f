//! A service of pages: a cookie as its login, a host for each tenant, and a redirection to the page where one logs in for everybody else.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::json;
use tenancy_test::{Document, InProcess, Kind, Proof, Report, Tenant};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    None,
    /// L87: a session is good on every host.
    Host,
    /// L65: what answers say to caches, beside each other.
    Kept(&'static [(&'static str, &'static str)]),
}

const PEOPLE: [(u32, &str, &str); 2] = [(1, "acme", "Ada of Acme"), (2, "globex", "Zoe of Globex")];

/// The tenant of the host, for somebody whose session is of it.
fn admit(fault: Fault, headers: &HeaderMap) -> Option<(u32, &'static str)> {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let of = |name: &str| PEOPLE.iter().find(|(_, known, _)| *known == name);
    let session = of(text(header::COOKIE).strip_prefix("session=")?.strip_suffix("-session")?)?;
    let host = of(text(header::HOST).strip_suffix(".example.test")?)?;
    (session == host || fault == Fault::Host).then_some((host.0, host.2))
}

/// Where one logs in, with a `state` that is new each time.
fn log_in() -> Response {
    let to = format!("https://login.example.test/start?state={}", fastrand::u64(..));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

fn page(fault: Fault, text: &str) -> Response {
    let mut answer = format!("<p>{text}</p>").into_response();
    let said: &[(&str, &str)] = match fault {
        Fault::Kept(said) => said,
        _ => &[("cache-control", "private, max-age=60")],
    };
    for (name, value) in said {
        answer.headers_mut().append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    answer
}

async fn list(State(fault): State<Fault>, headers: HeaderMap) -> Response {
    admit(fault, &headers).map_or_else(log_in, |(_, name)| page(fault, name))
}

async fn read(State(fault): State<Fault>, headers: HeaderMap, Path(id): Path<u32>) -> Response {
    match admit(fault, &headers) {
        Some((own, name)) if own == id => page(fault, name),
        Some(_) => (StatusCode::NOT_FOUND, "there is no such page").into_response(),
        None => log_in(),
    }
}

async fn run(fault: Fault) -> Report {
    let document = json!({ "openapi": "3.1.0", "paths": {
        "/agents": { "get": {} },
        "/agents/{id}": {
            "get": { "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "integer" } }] }
        },
    } });
    let router = Router::new().route("/agents", get(list)).route("/agents/{id}", get(read)).with_state(fault);
    let proof = Proof::new(InProcess::new(router), Document::from_value(&document).unwrap());
    let proof = PEOPLE.iter().fold(proof, |proof, (id, name, marker)| {
        proof.tenant(
            Tenant::new(*name)
                .cookie("session", &format!("{name}-session"))
                .host(format!("{name}.example.test"))
                .id("agent_id", *id)
                .marker(*marker),
        )
    });
    proof.changes(async |_| Ok::<_, String>(())).run().await.unwrap()
}

#[tokio::test]
async fn f33_a_service_that_leads_strangers_to_its_login_is_clean() {
    let report = run(Fault::None).await;
    assert!(report.is_clean(), "{report}");
    assert!(
        report.operations.iter().all(|covered| covered.tried.iter().any(|tried| tried == "the other's host"))
    );
}

#[tokio::test]
async fn f33_l87_a_session_that_is_good_on_every_host_is_found_though_strangers_are_led_to_a_login() {
    let report = run(Fault::Host).await;
    let found: Vec<_> =
        report.findings.iter().map(|finding| (finding.code, finding.operation.as_str())).collect();
    assert_eq!(
        found,
        [(Kind::LoginElsewhere, "GET /agents"), (Kind::LoginElsewhere, "GET /agents/{id}")],
        "{report}"
    );
    assert!(report.to_string().contains("the answer has `Zoe of Globex`"), "{report}");
}

#[tokio::test]
async fn f33_l65_a_page_that_shared_caches_may_keep_is_found_though_each_tenant_has_a_host() {
    for said in [
        // Cookies are shielded by nothing but `private` and `no-store`.
        &[("cache-control", "max-age=60")] as &'static [_],
        &[("cache-control", "public, max-age=60")],
        &[("cache-control", "public, max-age=60"), ("vary", "host")],
        &[("cache-control", "private"), ("surrogate-control", "max-age=60")],
        &[("expires", "Thu, 01 Dec 2044 16:00:00 GMT")],
    ] {
        let report = run(Fault::Kept(said)).await;
        let found: Vec<_> =
            report.findings.iter().map(|finding| (finding.code, finding.operation.as_str())).collect();
        let at = |operation| (Kind::SharedCacheAllowed, operation);
        assert_eq!(found, [at("GET /agents"), at("GET /agents/{id}")], "{said:?}\n{report}");
    }
    for said in [
        &[("cache-control", "no-store")] as &'static [_],
        &[("cache-control", "public, max-age=60"), ("vary", "Accept"), ("vary", "Cookie")],
        &[("cache-control", "public, max-age=60"), ("cache-control", "private")],
        &[("cache-control", "max-age=0, must-revalidate")],
    ] {
        let report = run(Fault::Kept(said)).await;
        assert!(report.is_clean(), "{said:?}\n{report}");
    }
}
