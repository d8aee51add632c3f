//! What a proof refuses, and what it says that it has not covered.

use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use tenancy_test::{Document, InProcess, Kind, Proof, ProofError, Report, Tenant};

use crate::junit::{read, validated};
use crate::service::{Shop, router};
use crate::{acme, document, globex, proof};

fn bare() -> Proof<InProcess<Router>> {
    Proof::new(InProcess::new(router(Shop::new(None))), Document::from_value(&document::shop()).unwrap())
}

fn open(report: &Report) -> Vec<String> {
    let open = report.not_covered.iter().filter(|gap| gap.allowed.is_none());
    open.map(|gap| format!("{}: {}: {}", gap.operation, gap.what, gap.reason)).collect()
}

#[tokio::test]
async fn f33_a_proof_that_would_prove_nothing_does_not_begin() {
    let said = |error: ProofError| error.to_string();
    assert_eq!(
        said(bare().tenant(acme()).run().await.unwrap_err()),
        "a proof takes two tenants at least: call `Proof::tenant` for each"
    );
    let two = |other: Tenant| bare().tenant(acme()).tenant(other);
    for (other, words) in [
        (acme(), "the same name"),
        (Tenant::new("globex").bearer("b"), "it has no id `agent_id`, and acme has one"),
        (globex().id("plan_id", 1), "it has an id `plan_id`, and acme has none"),
        (globex().marker("x"), "too short"),
        (globex().login_header("a b", "c"), "is no header"),
    ] {
        let error = said(two(other).run().await.unwrap_err());
        assert!(error.contains(words), "{error}");
    }
    let same = Tenant::new("globex").bearer("b");
    let same = ["agent_id", "manager_id"].iter().fold(same, |tenant, key| tenant.id(key, 11));
    let same = same.id("canvas_id", 210).id("account", "acct_globex").id("tenant_id", 2);
    let error = said(two(same).run().await.unwrap_err());
    assert!(error.contains("its id `agent_id` is that of acme as well"), "{error}");
    let named = proof(&Shop::new(None)).skip("GET /agent", "typing error");
    let error = said(named.run().await.unwrap_err());
    assert!(
        error.contains("no operation `GET /agent`; it has") && error.contains("GET /agents/{id}"),
        "{error}"
    );
    let error =
        said(proof(&Shop::new(None)).allow(Kind::Unsigned, "GET /agents", " ").run().await.unwrap_err());
    assert!(error.contains("`GET /agents` is left out or allowed without a reason"), "{error}");
}

#[tokio::test]
async fn f33_what_cannot_be_tried_fails_unless_it_is_left_out_with_a_reason() {
    // No state: nothing that writes is covered.
    let report = bare().tenant(acme()).tenant(globex()).run().await.unwrap();
    let gaps = open(&report);
    assert!(
        gaps.iter().any(|gap| gap.starts_with("POST /agents: ") && gap.contains("Proof::state")),
        "{gaps:?}"
    );
    assert!(gaps.iter().any(|gap| gap.starts_with("DELETE /agents/{id}: ")), "{gaps:?}");
    assert!(!report.is_clean());
    // An id that nobody was given.
    let document = json!({ "openapi": "3.0.0", "paths": {
        "/plans/{plan_id}": { "get": { "parameters": [{ "name": "plan_id", "in": "path", "required": true, "schema": {} }] } },
        "/health": { "get": {} },
    } });
    let service =
        Router::new().route("/health", get(async || "fine")).route("/plans/{id}", get(async || "plan"));
    let plain = |name: &str| Tenant::new(name).bearer(name);
    let unseeded = || {
        Proof::new(InProcess::new(service.clone()), Document::from_value(&document).unwrap())
            .tenant(plain("acme"))
            .tenant(plain("globex"))
    };
    let report = unseeded().run().await.unwrap();
    assert!(
        open(&report)[0]
            .starts_with("GET /plans/{plan_id}: `plan_id` in the path: no tenant has an id for it"),
        "{report}"
    );
    let failed = std::panic::catch_unwind(|| report.assert()).unwrap_err();
    assert!(failed.downcast_ref::<String>().unwrap().contains("not covered (seed it, or"), "{report}");
    let report = unseeded()
        .skip("GET /plans/{plan_id}", "plans are everybody's")
        .changes(async |_| Ok::<_, String>(()))
        .run()
        .await
        .unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.to_string().contains("plans are everybody's"));
    let public = report.notices.iter().find(|notice| notice.about == "GET /health").unwrap();
    assert!(public.text.contains("granted without a login as well"), "{report}");
    let junit = report.to_junit();
    assert!(junit.contains("<skipped message=\"plans are everybody&apos;s\"/>"));
    validated(&junit).unwrap_or_else(|wrong| panic!("{wrong}\n{junit}"));
    assert_eq!(read(&junit, "/testsuite/@skipped"), "1", "{junit}");
    let report =
        unseeded().value("plan_id", "free").changes(async |_| Ok::<_, String>(())).run().await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn f33_a_request_of_ones_own_that_is_refused_is_not_covered() {
    let document = json!({ "openapi": "3.1.0", "paths": { "/strict": {
        "get": { "parameters": [{ "name": "agent_id", "in": "query", "required": true, "schema": { "type": "integer" } }] }
    } } });
    let refuse = |status: StatusCode| Router::new().route("/strict", get(async move || (status, "no")));
    for status in [302, 405, 415, 422, 500, 429] {
        let service = refuse(StatusCode::from_u16(status).unwrap());
        let proof = Proof::new(InProcess::new(service), Document::from_value(&document).unwrap())
            .tenant(Tenant::new("acme").bearer("a").id("agent_id", 1))
            .tenant(Tenant::new("globex").bearer("b").id("agent_id", 2))
            .changes(async |_| Ok::<_, String>(()))
            .patience(Duration::from_millis(20));
        let report = proof.run().await.unwrap();
        assert!(report.findings.is_empty(), "{report}");
        assert!(open(&report)[0].contains(&status.to_string()), "{status}: {report}");
    }
}

#[tokio::test]
async fn f33_what_is_allowed_stands_in_the_report_and_so_does_an_allowance_that_nothing_needs() {
    let shop = Shop::new(Some(crate::hole::Hole::Forbidden));
    let allowed = proof(&shop)
        .allow(Kind::ExistenceByStatus, "GET /agents/{id}", "ids are public in the old interface")
        .allow(Kind::Unsigned, "GET /agents", "never found");
    let report = allowed.run().await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.allowed.iter().all(|allowed| allowed.finding.code == Kind::ExistenceByStatus), "{report}");
    assert!(report.to_string().contains("ids are public in the old interface"));
    assert!(report.to_string().contains("GET /agents: P17 is allowed, and was not found"), "{report}");
}
