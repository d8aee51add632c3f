//! The two-tenant proof over every route, pages included, for each role, on both databases. F12, F33.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::http::StatusCode;
use saas::database::Database;
use saas::model::Scope;
use saas::model::membership::Role;
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

/// Two who are the same, each in an organisation of their own. What there is in these was made by their owners.
async fn prove(product: &Product, role: Role) -> Report {
    let mut proof = {
        let document = Document::from_value(&serde_json::to_value(&product.document).unwrap()).unwrap();
        Proof::new(InProcess::new(product.router.clone()), document)
    };
    for (slug, capital, owner) in
        [("acme", "Acme", "ada@acme.example"), ("globex", "Globex", "grace@globex.example")]
    {
        let mut owner = product.signed_in(owner).await;
        let ids = ids(&mut owner, slug).await;
        product.app.work_through().await;
        let export =
            owner.get(&format!("/o/{slug}/exports")).await.between(&format!("/o/{slug}/exports/"), '"');
        // Another one failed.
        owner.post(&format!("/o/{slug}/exports"), &[]).await;
        product
            .sql("DELETE FROM main.jobs; UPDATE exports SET status = 'failed' WHERE status = 'waiting'")
            .await;
        let failed = owner
            .get(&format!("/o/{slug}/exports"))
            .await
            .between(&format!("action=\"/o/{slug}/exports/"), '"');
        let one = product.joined("one", slug, role).await;
        let user = product.id_of(&format!("one@{slug}.example")).await;
        let (name, value) = one.cookie.as_ref().unwrap().split_once('=').unwrap();
        let mut tenant = Tenant::new(slug).cookie(name, value).id("org", slug).id("export_id", export);
        tenant = tenant.id("POST /o/{org}/exports/{export_id}#export_id", failed);
        tenant = tenant.id("user_id", user.clone()).id("assignee_id", user);
        tenant = tenant.id("parent_id", ids["task_id"].clone());
        for (kind, id) in ids {
            tenant = tenant.id(kind, id);
        }
        proof = proof.tenant(tenant.marker(format!("of {capital}")).marker(format!("secrets of {slug}")));
    }
    // Figures that are alike would hide a cache of them that forgets the organisation.
    let mut grace = product.signed_in("grace@globex.example").await;
    grace.post("/o/globex/agents", &[("name", "Second of Globex")]).await;
    let globex = product.tenant("globex").await;
    product
        .sql(&format!("UPDATE main.usage SET executions = executions + 1 WHERE tenant_id = '{globex}'"))
        .await;
    let (app, changing) = (Arc::clone(&product.app), Arc::clone(&product.app));
    proof = proof
        .value("email", "kim@elsewhere.example")
        .value("status", "open")
        .value("role", "viewer")
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
    // Who only looks changes nothing, of which the other one could notice.
    proof = proof.changes(move |slug| {
        let app = Arc::clone(&changing);
        async move {
            let tenant = app.authority.membership().named(&slug).await?.expect("a tenant");
            let scope =
                app.authority.admit(saas::model::SCHEDULER, Claimed::new(tenant)).await.expect("admitted");
            saas::model::work::add_project(&app.db, &scope, &saas::model::new_id(), "One more").await?;
            saas::model::note(&app.db, &scope, "Somebody", "was here").await
        }
    });
    for (operation, reason) in NOT_OF_A_TENANT {
        proof = proof.skip(operation, reason);
    }
    proof.run().await.unwrap()
}

/// What is no tenant's, with the tests that look at it.
const NOT_OF_A_TENANT: [(&str, &str); 16] = [
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
    ("GET /operator/jobs", "staff alone: queue"),
    ("POST /operator/tenants/{tenant_id}/jobs/{job_id}", "staff alone: queue"),
    ("GET /operator/audit", "staff alone: operator"),
    ("GET /operator/inspection", "staff alone: operator"),
    ("GET /o/{org}/feed", "it does not end: live"),
    ("POST /o/{org}/members/{user_id}", "who changes the own role is no admin any more: everyday"),
];

/// What is for administrators.
const ADMINISTRATION: [&str; 6] = [
    "GET /o/{org}/log",
    "GET /o/{org}/members",
    "GET /o/{org}/settings",
    "GET /o/{org}/usage",
    "POST /o/{org}/invitations",
    "POST /o/{org}/settings",
];

/// Nothing of the other organisation is seen or changed; and of the own one, somebody of this role is refused exactly this.
async fn proves(product: Product, role: Role, is_refused: fn(&str) -> bool) {
    let report = prove(&product, role).await;
    assert!(report.findings.is_empty(), "{role}: {report}");
    let alike = report.notices.iter().find(|notice| notice.text.contains("the same figures"));
    assert!(alike.is_none(), "{role}: {alike:?}");
    let gaps = report.not_covered.iter().filter(|gap| gap.allowed.is_none());
    let mut refused = BTreeSet::new();
    for gap in gaps {
        assert!(gap.reason.contains("403"), "{role}: {gap:?}");
        refused.insert(gap.operation.clone());
    }
    let all =
        report.operations.iter().map(|covered| covered.operation.clone()).chain(refused.iter().cloned());
    let expected: BTreeSet<String> = all.filter(|operation| is_refused(operation)).collect();
    assert_eq!(refused, expected, "{role}");
    // Nobody is refused everything.
    assert!(report.operations.len() > 10, "{role}: {report}");
}

fn nothing(_: &str) -> bool {
    false
}

fn administration(operation: &str) -> bool {
    ADMINISTRATION.contains(&operation)
}

fn administration_and_changes(operation: &str) -> bool {
    // Whoever belongs nowhere has the list of their organisations.
    administration(operation) || !operation.starts_with("GET ")
}

macro_rules! proofs {
    ($($name:ident: $role:ident, $is_refused:ident;)*) => {
        $(mod $name {
            use super::*;

            #[tokio::test]
            async fn f12_f33_two_organisations_see_nothing_of_each_other_on_sqlite() {
                proves(Product::on_sqlite().await, Role::$role, $is_refused).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn f12_f33_two_organisations_see_nothing_of_each_other_on_postgresql() {
                proves(Product::on_postgres().await, Role::$role, $is_refused).await;
            }
        })*
    };
}

proofs! {
    owner: Owner, nothing;
    admin: Admin, nothing;
    member: Member, administration;
    viewer: Viewer, administration_and_changes;
    supporter: Support, administration_and_changes;
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
