//! A person's day in Chromium, by the keyboard alone, without scripts and with them. `cargo xtask check browser` runs it; the pictures are in
//! `target/tmp/pictures`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod driver;
mod seldom;

use std::net::SocketAddr;
use std::sync::Arc;

use saas::config::Config;
use saas::database::PASSWORD;
use saas::web::{App, service};
use tempfile::TempDir;
use tokio::net::TcpListener;

use driver::Browser;

/// The product at an address, with its worker.
async fn served() -> (String, Arc<App>, TempDir) {
    let data = tempfile::tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut config = Config::in_folder(data.path().to_owned()).unwrap();
    config.address = listener.local_addr().unwrap().to_string();
    let app = App::new(&config).await.unwrap();
    let (router, _) = service(&app).unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    tokio::spawn(Arc::clone(&app).work_on());
    (format!("http://{}", config.address), app, data)
}

async fn sign_in(browser: &Browser, email: &str) {
    browser.go("/sign-in").await;
    browser.fill("#email", email).await;
    browser.fill("#password", PASSWORD).await;
    browser.push("form.card button").await;
    assert_eq!(browser.path().await, "/organisations");
}

const LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft and what it has to do until the end of the week";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: cargo xtask check browser"]
async fn f11_a_persons_day_by_the_keyboard_and_without_scripts() {
    let (site, app, _data) = served().await;
    let browser = Browser::open(&site, false).await;
    browser.go("/").await;
    assert_eq!(browser.path().await, "/sign-in?next=%2Forganisations");
    browser.picture("01-sign-in").await;
    sign_in(&browser, "ada@acme.example").await;
    browser.picture("02-organisations").await;
    browser.push("a[href='/o/acme']").await;
    browser.picture("03-overview-without-anything").await;
    browser.push("a[href='/o/acme/members']").await;
    browser.fill("#email", "kim@acme.example").await;
    browser.push("form[action$='/invitations'] button").await;
    browser.picture("04-an-invitation").await;
    let link = browser.eval("return document.querySelector('#link').value").await;
    browser.push(".account button").await;

    // The person who was invited.
    browser.go(link.as_str().unwrap()).await;
    browser.picture("05-invited").await;
    browser.fill("#name", "كيم").await;
    browser.fill("#password", "a long enough one").await;
    browser.push("form.card button").await;
    assert_eq!(browser.path().await, "/o/acme");
    browser.push("a[href='/o/acme/agents']").await;
    browser.fill("#name", &"W".repeat(200)).await;
    browser.push("form.card button").await;
    browser.picture("05-an-agent-of-a-name-that-is-one-word").await;
    browser.push("a[href='/o/acme/projects']").await;
    browser.fill("#name", "مشروع الربيع").await;
    browser.push("form.card button").await;
    browser.picture("06-a-project-without-tasks").await;
    browser.fill("#title", LONG).await;
    browser.fill("#notes", "ملاحظات").await;
    browser.push("form.card button").await;
    let task = browser.path().await;
    browser.picture("07-a-task").await;
    browser.push("form[action$='/executions'] button").await;
    wait_for(&browser, &task, "I looked at").await;
    browser.picture("08-an-agent-was-at-it").await;
    browser.push("a[href='/o/acme/tasks']").await;
    browser.picture("09-tasks").await;
    browser.push("a[href='/o/acme/exports']").await;
    browser.push("main form button").await;
    wait_for(&browser, "/o/acme/exports", "Download").await;
    browser.picture("10-an-export").await;

    // The session ends in the middle of a form.
    browser.go(&task).await;
    browser.fill("#notes", " and three pages more").await;
    app.end_all_sessions().await.unwrap();
    browser.push("form.card button").await;
    browser.picture("11-signed-out-meanwhile").await;
    browser.fill("#email", "kim@acme.example").await;
    browser.fill("#password", "a long enough one").await;
    browser.push("form.card button").await;
    browser.picture("12-what-was-typed").await;
    browser.push("form.card button").await;
    assert_eq!(browser.path().await, task);
    let notes = browser.eval("return document.querySelector('#notes').value").await;
    assert!(notes.as_str().unwrap().contains("and three pages more"), "{notes}");
    browser.go("/o/globex").await;
    assert!(browser.text().await.contains("Nothing here"));
    browser.picture("13-nothing-here").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: cargo xtask check browser"]
async fn f18_what_happens_shows_at_once_where_there_are_scripts() {
    let (site, app, _data) = served().await;
    let browser = Browser::open(&site, true).await;
    sign_in(&browser, "grace@globex.example").await;
    browser.go("/o/globex").await;
    let members = app.authority.membership();
    for (slug, what) in [("acme", "did what Globex must not see"), ("globex", "did something")] {
        let tenant = members.named(slug).await.unwrap().unwrap();
        let scope =
            app.authority.admit(saas::model::SCHEDULER, tenancy_diesel::Claimed::new(tenant)).await.unwrap();
        // The stream is open when the first one is heard.
        for _ in 0..100 {
            app.happened(&scope, "Somebody", what).await.unwrap();
            if slug == "acme" || browser.text().await.contains(what) {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    }
    let text = browser.text().await;
    assert!(text.contains("Somebody did something") && !text.contains("must not see"), "{text}");
    browser.go("/o/globex/usage").await;
    browser.picture("14-usage").await;
    sign_out_and_look_as_the_operator(&browser).await;
    browser.close().await;
}

async fn sign_out_and_look_as_the_operator(browser: &Browser) {
    browser.push(".account button").await;
    sign_in(browser, "olga@saas.example").await;
    browser.go("/operator").await;
    browser.picture("15-operator").await;
    browser.go("/operator/audit").await;
    browser.picture("16-audit").await;
}

/// Loads a page until a job is done.
async fn wait_for(browser: &Browser, path: &str, text: &str) {
    for _ in 0..100 {
        browser.go(path).await;
        if browser.text().await.contains(text) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{path} never says {text}");
}
