//! The two-tenant proof over every route, pages included. F12, F33.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use saas::database::Database;
use saas::model::Scope;
use serde_json::Value;
use tenancy_diesel::Claimed;
use tenancy_test::{Document, InProcess, Proof, Report, Tenant};

use crate::client::{Person, Product};

/// What one organisation has of each kind.
async fn ids(person: &mut Person, slug: &str) -> BTreeMap<&'static str, String> {
    let mut ids = BTreeMap::new();
    for (kind, path) in [("agent_id", "agents"), ("project_id", "projects"), ("task_id", "tasks")] {
        let page = person.get(&format!("/o/{slug}/{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        ids.insert(kind, page.between(&format!("/o/{slug}/{path}/"), '"'));
    }
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"notes of {slug}.txt\"\r\n\r\nsecrets of {slug}\r\n--x--\r\n"
    );
    let task = format!("/o/{slug}/tasks/{}", ids["task_id"]);
    let sent = person
        .send(
            axum::http::Method::POST,
            &format!("{task}/uploads"),
            Some(("multipart/form-data; boundary=x", body)),
            &[],
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    ids.insert("upload_id", person.get(&task).await.between(&format!("/o/{slug}/uploads/"), '"'));
    person.post(&format!("/o/{slug}/exports"), &[]).await;
    ids
}

/// All rows of a tenant's that requests change, for the proof to see that they stay.
async fn state(db: &Database, scope: &Scope) -> Result<Value, tenancy_pool::PoolError> {
    saas::model::everything(db, scope).await
}

async fn prove(product: &Product) -> Report {
    let mut alan = product.signed_in("alan@acme.example").await;
    let mut grace = product.signed_in("grace@globex.example").await;
    let acmes = ids(&mut alan, "acme").await;
    let globexs = ids(&mut grace, "globex").await;
    product.app.work_through().await;
    let tenant = |slug: &str, person: &Person, ids: &BTreeMap<&str, String>, export: String, user: String| {
        let (name, value) = person.cookie.as_ref().unwrap().split_once('=').unwrap();
        let capital = if slug == "acme" { "Acme" } else { "Globex" };
        let mut tenant = Tenant::new(slug)
            .cookie(name, value)
            .id("org", slug)
            .id("export_id", export)
            .id("user_id", user.clone());
        tenant = tenant.id("assignee_id", user).id("parent_id", ids["task_id"].clone());
        for (kind, id) in ids {
            tenant = tenant.id(kind, id.clone());
        }
        tenant.marker(format!("of {capital}")).marker(format!("secrets of {slug}"))
    };
    let acmes_export = alan.get("/o/acme/exports").await.between("/o/acme/exports/", '"');
    let globexs_export = grace.get("/o/globex/exports").await.between("/o/globex/exports/", '"');
    let (alans, graces) =
        (product.id_of("alan@acme.example").await, product.id_of("grace@globex.example").await);
    let document = Document::from_value(&serde_json::to_value(&product.document).unwrap()).unwrap();
    let app = Arc::clone(&product.app);
    let mut proof = Proof::new(InProcess::new(product.router.clone()), document)
        .tenant(tenant("acme", &alan, &acmes, acmes_export, alans))
        .tenant(tenant("globex", &grace, &globexs, globexs_export, graces))
        .value("email", "kim@elsewhere.example")
        .value("status", "open")
        .value("role", "member")
        .value("plan", "free")
        .state(move |slug| {
            let app = Arc::clone(&app);
            async move {
                let tenant = app.authority.membership().named(&slug).await?.expect("a tenant");
                let scope = app
                    .authority
                    .admit(saas::model::SCHEDULER, Claimed::new(tenant))
                    .await
                    .expect("admitted");
                state(&app.db, &scope).await
            }
        });
    for (operation, reason) in NOT_OF_A_TENANT {
        proof = proof.skip(operation, reason);
    }
    proof.run().await.unwrap()
}

/// What is no tenant's, with the tests that look at it.
const NOT_OF_A_TENANT: [(&str, &str); 14] = [
    ("GET /", "a redirect"),
    ("GET /sign-in", "no tenant: sessions"),
    ("POST /sign-in", "no tenant: sessions"),
    ("POST /sign-out", "ends the proof's own session"),
    ("GET /invitations/{token}", "a link is good once: everyday"),
    ("POST /invitations/{token}", "a link is good once: everyday"),
    ("POST /webhooks/billing", "signed: jobs"),
    ("GET /operator", "staff alone: operator"),
    ("POST /operator/tenants/{tenant_id}", "staff alone: operator"),
    ("POST /operator/tenants/{tenant_id}/support", "staff alone: operator"),
    ("GET /operator/audit", "staff alone: operator"),
    ("GET /operator/inspection", "staff alone: operator"),
    ("GET /o/{org}/feed", "it does not end: everyday"),
    ("POST /o/{org}/members/{user_id}", "who changes the own role is no admin any more: everyday"),
];

#[tokio::test]
async fn f12_f33_two_organisations_see_nothing_of_each_other_over_every_route() {
    let product = Product::on_sqlite().await;
    // Alan administers, so that every page answers him; Ada would be of both.
    product.make_admin("alan@acme.example", "acme").await;
    let report = prove(&product).await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn every_route_is_in_the_document() {
    let product = Product::on_sqlite().await;
    let described: usize = product
        .document
        .paths
        .paths
        .values()
        .map(|item| {
            [&item.get, &item.post, &item.put, &item.delete, &item.patch].into_iter().flatten().count()
        })
        .sum();
    let sources = ["src/web/mod.rs"]
        .map(|file| std::fs::read_to_string(format!("{}/{file}", env!("CARGO_MANIFEST_DIR"))).unwrap());
    let handlers: usize = sources[0]
        .split("routes!(")
        .skip(1)
        .map(|rest| rest.split(')').next().unwrap().split(',').count())
        .sum();
    assert_eq!(described, handlers);
    // What is added otherwise has no tenant's data: the style, the script, the document.
    let others: Vec<_> =
        sources[0].split(".route(\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(others, ["/openapi.json", "/style.css", "/live.js"]);
}
