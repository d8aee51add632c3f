//! Jobs and the scheduler, webhooks.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::http::{Method, StatusCode};
use saas::model::{SCHEDULER, files};
use tenancy_diesel::Claimed;

use crate::client::{Answer, Product};

#[tokio::test]
async fn f20_the_scheduler_walks_the_active_tenants_and_nobody_works_for_a_suspended_one() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut grace = product.signed_in("grace@globex.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    for (who, slug) in [(&mut ada, "acme"), (&mut grace, "globex")] {
        assert_eq!(who.post(&format!("/o/{slug}/exports"), &[]).await.status, StatusCode::SEE_OTHER);
    }
    let globex = product.app.authority.membership().named("globex").await.unwrap().unwrap();
    let to = format!("/operator/tenants/{globex}");
    let suspended = [("status", "suspended"), ("plan", "free"), ("reason", "unpaid")];
    assert_eq!(olga.post(&to, &suspended).await.status, StatusCode::SEE_OTHER);
    assert_eq!(product.app.work_through().await, 1, "one job of the active tenant's");
    assert!(product.app.authority.admit(SCHEDULER, Claimed::new(globex)).await.is_err());

    // The tenant's view of the same.
    let told = grace.get("/o/globex").await;
    assert_eq!(told.status, StatusCode::FORBIDDEN);
    assert!(told.body.contains("this organisation is suspended"), "{}", told.body);
    olga.post(&to, &[("status", "active"), ("plan", "free"), ("reason", "paid")]).await;
    assert_eq!(product.app.work_through().await, 1, "it waited");
    let scope = product.app.authority.admit(SCHEDULER, Claimed::new(globex)).await.unwrap();
    assert_eq!(files::exports(&product.app.db, &scope).await.unwrap()[0].status, "done");
}

#[tokio::test]
async fn f19_a_job_of_somebody_who_has_left_is_not_done() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut alan = product.signed_in("alan@acme.example").await;
    alan.post("/o/acme/exports", &[]).await;
    let members = ada.get("/o/acme/members").await;
    let alans = members.body.split("action=\"/o/acme/members/").nth(2).unwrap().split('"').next().unwrap();
    ada.post(&format!("/o/acme/members/{alans}"), &[("role", "")]).await;
    product.app.work_through().await;
    let exports = ada.get("/o/acme/exports").await;
    assert!(exports.body.contains("failed") && !exports.body.contains("waiting"), "{}", exports.body);
    assert!(ada.get("/o/acme/log").await.body.contains("was not done"));
    // Whoever is there still has it done as themselves.
    let export = exports.between("action=\"/o/acme/exports/", '"');
    let again = ada.post(&format!("/o/acme/exports/{export}"), &[]).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    assert_eq!(product.app.work_through().await, 1);
    assert!(ada.get("/o/acme/exports").await.body.contains("Download"));
}

/// A message of the billing provider's, signed as Stripe's are.
async fn billed(product: &Product, id: &str, account: &str, plan: &str, secret: &str) -> Answer {
    let body = format!(r#"{{"id":"{id}","account":"{account}","plan":"{plan}"}}"#);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret.as_bytes());
    let signed = ring::hmac::sign(&key, format!("{time}.{body}").as_bytes());
    let hex: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    let signature = format!("t={time},v1={hex}");
    product
        .stranger()
        .send(
            Method::POST,
            "/webhooks/billing",
            Some(("application/json", body)),
            &[("stripe-signature", &signature)],
        )
        .await
}

#[tokio::test]
async fn f21_a_webhook_is_signed_counted_once_and_of_one_tenant() {
    let product = Product::on_sqlite().await;
    let secret = product.billing_secret();
    let mut grace = product.signed_in("grace@globex.example").await;
    let plan = async |grace: &mut crate::client::Person| {
        grace.get("/o/globex/settings").await.between("Plan: <span class=\"tag\">", '<')
    };
    assert_eq!(plan(&mut grace).await, "free");
    assert_eq!(
        billed(&product, "e1", "account-of-globex", "studio", &"x".repeat(64)).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(plan(&mut grace).await, "free");
    assert_eq!(billed(&product, "e1", "account-of-globex", "studio", &secret).await.status, StatusCode::OK);
    assert_eq!(plan(&mut grace).await, "studio");
    billed(&product, "e2", "account-of-globex", "free", &secret).await;
    assert_eq!(plan(&mut grace).await, "free");
    // The first one comes again, and changes nothing.
    assert_eq!(billed(&product, "e1", "account-of-globex", "studio", &secret).await.status, StatusCode::OK);
    assert_eq!(plan(&mut grace).await, "free");
    let log = grace.get("/o/globex/log").await;
    assert_eq!(log.body.matches("set the plan to").count(), 2, "{}", log.body);
    assert_eq!(
        billed(&product, "e3", "account-of-nobody", "studio", &secret).await.status,
        StatusCode::NOT_FOUND
    );
}
