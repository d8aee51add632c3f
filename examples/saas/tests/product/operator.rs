//! Our own people: across tenants with a reason, and in one with its knowledge.

use axum::http::StatusCode;

use crate::client::Product;

async fn staff(product: &Product) {
    let mut olga = product.signed_in("olga@saas.example").await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let tenants = olga.get("/operator").await;
    assert!(tenants.body.contains("Acme") && tenants.body.contains("Globex"), "{}", tenants.body);
    for path in ["/operator", "/operator/audit", "/operator/inspection"] {
        assert_eq!(ada.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(olga.get(path).await.status, StatusCode::OK, "{path}");
    }
    // Ours are no tenant's.
    assert_eq!(olga.get("/o/acme").await.status, StatusCode::NOT_FOUND);

    let acme = product.app.authority.membership().named("acme").await.unwrap().unwrap();
    let to = format!("/operator/tenants/{acme}/support");
    assert_eq!(ada.post(&to, &[("reason", "curious")]).await.status, StatusCode::NOT_FOUND);
    let refused = olga.post(&to, &[("reason", " ")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.body);
    let let_in = olga.post(&to, &[("reason", "ticket 4711: the export hangs")]).await;
    assert_eq!(
        (let_in.status, let_in.location.as_str()),
        (StatusCode::SEE_OTHER, "/o/acme"),
        "{}",
        let_in.body
    );
    let page = olga.get("/o/acme/agents").await;
    assert!(
        page.body.contains("Scribe of Acme") && page.body.contains("You are here as support"),
        "{}",
        page.body
    );
    assert_eq!(olga.get("/o/globex").await.status, StatusCode::NOT_FOUND, "one tenant");
    assert_eq!(olga.post("/o/acme/agents", &[("name", "x")]).await.status, StatusCode::FORBIDDEN, "to read");

    // The tenant's view, and the operator's.
    let log = ada.get("/o/acme/log").await;
    assert!(log.body.contains("Olga of our support") && log.body.contains("ticket 4711"), "{}", log.body);
    let audit = olga.get("/operator/audit").await;
    assert!(
        audit.body.contains("ticket 4711") && audit.body.contains("denied across tenants"),
        "{}",
        audit.body
    );
}

#[tokio::test]
async fn f22_staff_go_across_with_a_reason_and_into_one_tenant_with_its_knowledge() {
    staff(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f22_the_same_behind_the_sealed_wall_of_postgresql() {
    staff(&Product::on_postgres().await).await;
}
