//! What does not answer for a moment: people are told to come again, and what they had is there then.

use std::time::Duration;

use axum::http::StatusCode;
use saas::database::PASSWORD;
use tenancy_tests::server::fresh_postgres_database;

use crate::client::{Answer, Product};
use crate::redis::eventually;

/// A page that says when to come again, and nothing else.
fn is_told_to_come_again(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.body);
    assert!(answer.body.contains("<h1") && answer.body.contains("One moment"), "{}", answer.body);
    assert!(answer.retry_after.is_some(), "{}", answer.body);
}

/// Behind the wall of PostgreSQL, where nobody waits long for a connection.
async fn impatient() -> Product {
    let url = fresh_postgres_database("saas");
    Product::made(|config| {
        config.database_url = Some(url);
        config.patience = Duration::from_millis(500);
    })
    .await
}

/// SQL by which a role of the product's is away, and by which it is there again.
fn role(product: &Product, part: &str) -> [String; 2] {
    let url = product.database_url().unwrap();
    let name = url.split('?').next().unwrap().rsplit('/').next().unwrap();
    let end =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{name}_{part}'");
    [format!("ALTER ROLE \"{name}_{part}\" NOLOGIN; {end}"), format!("ALTER ROLE \"{name}_{part}\" LOGIN")]
}

/// Sessions cannot be read or written: nobody is signed out by it, and no form does anything.
#[tokio::test(flavor = "multi_thread")]
async fn while_sessions_are_away_people_are_told_to_come_again_and_are_signed_in_still() {
    let (sqlite, postgres) = (Product::on_sqlite().await, impatient().await);
    let renamed = ["ALTER TABLE sessions RENAME TO away", "ALTER TABLE away RENAME TO sessions"];
    let of_postgres = role(&postgres, "house");
    for (product, [away, back]) in [(&sqlite, renamed.map(str::to_owned)), (&postgres, of_postgres)] {
        let mut ada = product.signed_in("ada@acme.example").await;
        let cookie = ada.cookie.clone();
        product.sql(&away).await;
        let form = [("form_id", "0198c8a4-7b1c-7000-8000-000000000001"), ("name", "Typed meanwhile")];
        is_told_to_come_again(&ada.get("/organisations").await);
        is_told_to_come_again(&ada.get("/o/acme/projects").await);
        is_told_to_come_again(&ada.post("/o/acme/projects", &form).await);
        is_told_to_come_again(&ada.post("/sign-out", &[]).await);
        let sign_in = [("email", "ada@acme.example"), ("password", PASSWORD)];
        is_told_to_come_again(&product.stranger().post("/sign-in", &sign_in).await);
        assert_eq!(ada.cookie, cookie, "she is not signed out");
        product.sql(&back).await;
        eventually(async || ada.get("/o/acme/projects").await.status == StatusCode::OK).await;
        assert!(!ada.get("/o/acme/projects").await.body.contains("Typed meanwhile"));
        assert_eq!(ada.post("/o/acme/projects", &form).await.status, StatusCode::SEE_OTHER);
        assert!(ada.get("/o/acme/projects").await.body.contains("Typed meanwhile"));
    }
}

/// That an invitation cannot be read does not say that it is not good.
#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_that_cannot_be_read_is_good_afterwards() {
    let product = impatient().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let shown = ada.post("/o/acme/invitations", &[("email", "kim@acme.example"), ("role", "member")]).await;
    let link = format!("/invitations/{}", shown.between("/invitations/", '"'));
    let [away, back] = role(&product, "admission");
    product.sql(&away).await;
    let mut kim = product.stranger();
    let form = [("name", "Kim"), ("password", "a long enough one")];
    is_told_to_come_again(&kim.get(&link).await);
    is_told_to_come_again(&kim.post(&link, &form).await);
    product.sql(&back).await;
    eventually(async || kim.get(&link).await.status == StatusCode::OK).await;
    let joined = kim.post(&link, &form).await;
    assert_eq!(
        (joined.status, joined.location.as_str()),
        (StatusCode::SEE_OTHER, "/o/acme"),
        "{}",
        joined.body
    );
}
