//! Signing in, other sites' forms, and a session that ends in the middle of a form.

use axum::http::{Method, StatusCode};
use saas::database::PASSWORD;

use crate::client::Product;

#[tokio::test]
async fn a_session_that_ends_in_the_middle_of_a_form_loses_nothing_typed() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let projects = ada.get("/o/acme/projects").await;
    let to = format!("/o/acme/projects/{}/tasks", projects.between("/o/acme/projects/", '"'));
    ada.post("/sign-out", &[]).await;
    let notes = "three pages\nof \"notes\" & more";
    let asked = ada.post(&to, &[("title", "A long one"), ("notes", notes)]).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.body.contains("what you typed is here again"), "{}", asked.body);
    let kept = "title=A+long+one&notes=three+pages%0Aof+%22notes%22+%26+more";
    let form =
        [("email", "ada@acme.example"), ("password", PASSWORD), ("resume_to", &to), ("resume_body", kept)];
    let back = ada.post("/sign-in", &form).await;
    assert_eq!(back.status, StatusCode::OK);
    assert!(back.body.contains("three pages\nof &quot;notes&quot; &amp; more"), "{}", back.body);
    assert!(back.body.contains(&format!("action=\"{to}\"")), "{}", back.body);
    let saved = ada.post(&to, &[("title", "A long one"), ("notes", notes)]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.body);
}

#[tokio::test]
async fn nobody_is_led_elsewhere_by_signing_in() {
    let product = Product::on_sqlite().await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "evil"] {
        let form = [("email", "ada@acme.example"), ("password", PASSWORD), ("next", next)];
        let answer = product.stranger().post("/sign-in", &form).await;
        assert_eq!(answer.location, "/organisations", "{next}");
    }
    let asked = product.stranger().get("/o/acme/tasks?status=open").await;
    assert_eq!(asked.location, "/sign-in?next=%2Fo%2Facme%2Ftasks%3Fstatus%3Dopen");
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_address_are_answered_alike() {
    let product = Product::on_sqlite().await;
    let mut answers = Vec::new();
    for email in ["ada@acme.example", "nobody@acme.example"] {
        let answer = product.stranger().post("/sign-in", &[("email", email), ("password", "wrong")]).await;
        answers.push((answer.status, answer.body.replace(email, "")));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0].0, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let body = || Some(("application/x-www-form-urlencoded", "name=forged".to_owned()));
    for headers in [&[("sec-fetch-site", "cross-site")][..], &[("origin", "https://evil.example")][..]] {
        let answer = ada.send(Method::POST, "/o/acme/agents", body(), headers).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
    }
    let ours = ada.send(Method::POST, "/o/acme/agents", body(), &[("sec-fetch-site", "same-origin")]).await;
    assert_eq!(ours.status, StatusCode::SEE_OTHER, "{}", ours.body);
}
