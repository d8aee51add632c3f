//! What is seldom and ought not to hurt: nothing there yet, a page from right to left, a slow network and none, a job that failed.

use diesel::connection::SimpleConnection as _;
use diesel::{Connection as _, SqliteConnection};
use tempfile::TempDir;

use crate::driver::{Browser, ENTER};
use crate::{LONG, served, sign_in, wait_for};

/// Runs SQL behind the product's back.
fn sql(data: &TempDir, sql: &str) {
    let file = data.path().join("saas.sqlite3");
    let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    connection.batch_execute(&format!("PRAGMA busy_timeout = 10000; {sql}")).unwrap();
}

/// Times, figures and addresses of which the first letter is not on the left of the last one.
const REVERSED: &str = "return [...document.querySelectorAll('time, bdi')].filter(one => {
    const text = one.firstChild, at = from => {
        const range = document.createRange(); range.setStart(text, from); range.setEnd(text, from + 1); return range.getBoundingClientRect();
    };
    const first = at(0), last = at(text.length - 1);
    return /^[\\x00-\\x7f]*$/.test(text.data) && first.top === last.top && first.left > last.left;
}).map(one => one.outerHTML)";

/// Whether a page tells of no time.
fn is_timeless(path: &str) -> bool {
    ["/tasks", "/projects", "/agents", "/settings"].contains(&path)
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: cargo xtask check browser"]
async fn f11_where_there_is_nothing_yet_and_from_right_to_left() {
    let (site, _app, data) = served().await;
    let browser = Browser::open(&site, false).await;
    sign_in(&browser, "ada@acme.example").await;
    let pages = ["", "/tasks", "/projects", "/agents", "/exports", "/members", "/settings", "/usage", "/log"];
    let named = |path: &str| if path.is_empty() { "overview".to_owned() } else { path[1..].to_owned() };
    browser.go("/o/acme/settings").await;
    browser.fill("#greeting", "صباح الخير. Good morning, everybody").await;
    browser.push("form.card button").await;
    browser.go("/o/acme/projects").await;
    browser.fill("#name", LONG).await;
    browser.push("form.card button").await;
    browser.go("/o/acme/exports").await;
    browser.push("main form button").await;
    wait_for(&browser, "/o/acme/exports", "Download").await;
    browser.go("/o/acme/members").await;
    browser.fill("#email", "kim@acme.example").await;
    browser.push("form[action$='/invitations'] button").await;
    browser.go("/o/acme/tasks").await;
    browser.push("td a").await;
    browser.push("form[action$='/executions'] button").await;
    let task = browser.path().await.replace("/o/acme", "");
    wait_for(&browser, &format!("/o/acme{task}"), "I looked at").await;
    for path in pages.into_iter().chain([task.as_str()]) {
        browser.go(&format!("/o/acme{path}")).await;
        // As it would be in Arabic: everything is the other way round, and nothing is cut off.
        browser.eval("document.documentElement.dir = 'rtl'").await;
        let name = if path == task { "a-task".to_owned() } else { named(path) };
        browser.picture(&format!("rtl-{name}")).await;
        assert_eq!(browser.eval(REVERSED).await, serde_json::json!([]), "{path}: from the right to the left");
        assert!(
            is_timeless(path)
                || browser.eval("return document.querySelector('time')").await != serde_json::Value::Null,
            "{path}"
        );
    }
    sql(
        &data,
        "DELETE FROM tasks; DELETE FROM canvases; DELETE FROM agents; DELETE FROM projects; DELETE FROM activity; DELETE FROM usage; DELETE FROM settings",
    );
    // As somebody who sees each of them.
    browser.push(".account button").await;
    sign_in(&browser, "grace@globex.example").await;
    for path in pages {
        browser.go(&format!("/o/globex{path}")).await;
        assert!(!browser.text().await.contains("You cannot do that"), "{path}");
        browser.picture(&format!("empty-{}", named(path))).await;
    }
    browser.close().await;
}

/// Pressed three times, it is done once, with scripts and without; and what was typed outlives a network that is away.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: cargo xtask check browser"]
async fn f11_on_a_slow_network_and_on_none() {
    let (site, app, _data) = served().await;
    let globex = app.authority.membership().named("globex").await.unwrap().unwrap();
    let scope =
        app.authority.admit(saas::model::SCHEDULER, tenancy_diesel::Claimed::new(globex)).await.unwrap();
    for (number, with_scripts) in [(1, true), (2, false)] {
        let browser = Browser::open(&site, with_scripts).await;
        sign_in(&browser, "grace@globex.example").await;
        browser.network(Some(1200)).await;
        browser.go("/o/globex/exports").await;
        browser.tab_to("main form button").await;
        browser.press_impatiently(ENTER, 3).await;
        // What was sent last may be on its way still.
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        wait_for(&browser, "/o/globex/exports", "Download").await;
        assert_eq!(saas::model::files::exports(&app.db, &scope).await.unwrap().len(), number);
        browser.close().await;
    }
    let browser = Browser::open(&site, true).await;
    sign_in(&browser, "grace@globex.example").await;

    for (page, field, button) in [
        ("/o/globex/agents", "#name", "form.card button"),
        ("/o/globex/projects", "#name", "form.card button"),
        ("/o/globex/settings", "#greeting", "form.card button"),
    ] {
        let page = page.to_owned();
        browser.go(&page).await;
        browser.fill(field, "typed at length").await;
        browser.network(None).await;
        browser.tab_to(button).await;
        browser.press(ENTER).await;
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        browser.network(Some(0)).await;
        // The browser says that there is no network. Loaded again, its page sends what was typed.
        browser.reload().await;
        let reached = browser.text().await;
        assert!(!reached.contains("ERR_"), "{page}: {reached}");
        browser.go(&page).await;
        let html = browser.eval("return document.body.innerHTML").await;
        assert!(html.as_str().unwrap().contains("typed at length"), "{page}");
    }
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium: cargo xtask check browser"]
async fn f19_an_export_that_failed_is_tried_again_by_a_button() {
    let (site, _app, data) = served().await;
    let browser = Browser::open(&site, false).await;
    sign_in(&browser, "ada@acme.example").await;
    let files = data.path().join("files");
    std::fs::remove_dir_all(&files).unwrap();
    std::fs::write(&files, "in the way").unwrap();
    browser.go("/o/acme/exports").await;
    browser.push("main form button").await;
    for _ in 0..100 {
        // The clock goes on; the worker looks every five seconds.
        sql(&data, "UPDATE jobs SET attempts = 4 WHERE attempts < 4; UPDATE jobs SET run_at = 0");
        browser.go("/o/acme/exports").await;
        if browser.text().await.contains("Try again") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    browser.picture("17-an-export-that-failed").await;
    std::fs::remove_file(&files).unwrap();
    std::fs::create_dir(&files).unwrap();
    browser.push("ul.list form button").await;
    wait_for(&browser, "/o/acme/exports", "Download").await;
    browser.close().await;
}
