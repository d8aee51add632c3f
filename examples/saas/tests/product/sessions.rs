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

/// Each form of the pages, with what a person types into it.
#[tokio::test]
async fn whichever_form_it_is_that_a_session_ends_in_it_is_given_back_whole() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut first = async |kind: &str| {
        let page = ada.get(&format!("/o/acme/{kind}")).await;
        format!("/o/acme/{kind}/{}", page.between(&format!("/o/acme/{kind}/"), '"'))
    };
    let (task, agent) = (first("tasks").await, first("agents").await);
    let (long, arabic) = ("ملاحظات & more\n".repeat(4500), "مشروع \"الربيع\"");
    // As large as a form may be.
    assert!(
        (200_000..256 * 1024)
            .contains(&form_urlencoded::byte_serialize(long.as_bytes()).collect::<String>().len())
    );
    let open = [("status", "doing"), ("assignee_id", ""), ("parent_id", "")];
    for (to, form) in [
        ("/o/acme/agents".to_owned(), vec![("name", arabic), ("instructions", long.as_str())]),
        (agent.clone(), vec![("name", "Scribe"), ("instructions", arabic)]),
        (format!("{agent}/canvases"), vec![("title", arabic)]),
        // Also by what a form is told from another one.
        ("/o/acme/projects".to_owned(), vec![("form_id", "a form's"), ("name", "<b>Spring</b>")]),
        (task.clone(), [vec![("title", arabic), ("notes", long.as_str())], open.to_vec()].concat()),
        (format!("{task}/executions"), vec![("agent_id", "an agent's")]),
        ("/o/acme/invitations".to_owned(), vec![("email", "kim@acme.example"), ("role", "viewer")]),
        ("/o/acme/settings".to_owned(), vec![("greeting", "Good morning\neverybody")]),
        ("/o/acme/exports".to_owned(), vec![]),
    ] {
        ada.post("/sign-out", &[]).await;
        let asked = ada.post(&to, &form).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED, "{to}");
        // As a browser sends what stands in the page; first with a wrong password.
        let mut page = asked;
        for (password, status) in [("wrong", StatusCode::UNPROCESSABLE_ENTITY), (PASSWORD, StatusCode::OK)] {
            let kept = unescaped(&page.between("name=\"resume_body\" value=\"", '"'));
            let form = [
                ("email", "ada@acme.example"),
                ("password", password),
                ("resume_to", to.as_str()),
                ("resume_body", kept.as_str()),
            ];
            page = ada.post("/sign-in", &form).await;
            assert_eq!(page.status, status, "{to}: {}", page.body);
        }
        assert!(page.body.contains(&format!("action=\"{to}\"")), "{to}: {}", page.body);
        for (name, value) in form {
            let field = page.body.split(&format!("name=\"{name}\"")).nth(1).expect(name);
            assert!(unescaped(field).contains(value), "{to}: {name} is not there again");
        }
    }
}

fn unescaped(html: &str) -> String {
    [("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .into_iter()
        .fold(html.to_owned(), |html, (escaped, plain)| html.replace(escaped, plain))
}

#[tokio::test]
async fn a_form_that_is_too_long_is_refused_in_words() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let form = [("name", "Scribe"), ("instructions", &*"م".repeat(50_000))];
    let refused = ada.post("/o/acme/agents", &form).await;
    assert_eq!(refused.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(refused.body.contains("Go back: what you typed is there."), "{}", refused.body);
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
