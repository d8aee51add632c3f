//! What people do in a day, and what they are kept from.

use axum::http::{Method, StatusCode};

use crate::client::{Person, Product};

/// Makes a link by which somebody is invited to Acme.
async fn link(ada: &mut Person, email: &str) -> String {
    let answer = ada.post("/o/acme/invitations", &[("email", email), ("role", "member")]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    format!("/invitations/{}", answer.between("/invitations/", '"'))
}

/// From an invitation to an export.
async fn a_day(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let link = link(&mut ada, "Kim@acme.example ").await;
    let mut kim = product.stranger();
    let page = kim.get(&link).await;
    assert!(page.body.contains("Join Acme") && page.body.contains("kim@acme.example"), "{}", page.body);
    let joined = kim.post(&link, &[("name", "Kim"), ("password", "a long enough one")]).await;
    assert_eq!(
        (joined.status, joined.location.as_str()),
        (StatusCode::SEE_OTHER, "/o/acme"),
        "{}",
        joined.body
    );
    // F11: an invitation is good once, also for whoever has the link.
    let again = product.stranger().post(&link, &[("name", "Eve"), ("password", "a long enough one")]).await;
    assert_eq!(again.status, StatusCode::NOT_FOUND);
    assert!(again.body.contains("not good any more"), "{}", again.body);

    let made = kim.post("/o/acme/projects", &[("name", "مشروع الربيع")]).await;
    let task = kim
        .post(&format!("{}/tasks", made.location), &[("title", "Write it"), ("notes", "<b>now</b>")])
        .await;
    assert_eq!(task.status, StatusCode::SEE_OTHER, "{}", task.body);
    let page = kim.get(&task.location).await;
    assert!(page.body.contains("&lt;b&gt;now&lt;/b&gt;"), "what is typed is text: {}", page.body);
    let (agent, kims) = (page.between("value=\"", '"'), task.location.clone());
    assert!(!agent.is_empty());
    let part = kim
        .post(
            &format!("{}/tasks", made.location),
            &[("title", "A part"), ("parent_id", kims.rsplit('/').next().unwrap())],
        )
        .await;
    assert_eq!(part.status, StatusCode::SEE_OTHER, "{}", part.body);
    assert!(kim.get(&kims).await.body.contains("A part"));

    let select = page.body.split("name=\"agent_id\"").nth(1).unwrap();
    let agent = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let started = kim.post(&format!("{kims}/executions"), &[("agent_id", &agent)]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    kim.post("/o/acme/exports", &[]).await;
    // F19: jobs, in the scope of whoever asked.
    assert_eq!(product.app.work_through().await, 2);
    assert!(kim.get(&kims).await.body.contains("I looked at “Write it”"));
    let exports = kim.get("/o/acme/exports").await;
    let export = kim.get(&format!("/o/acme/exports/{}", exports.between("/o/acme/exports/", '"'))).await;
    assert!(
        export.body.contains("مشروع الربيع") && export.body.contains("Scribe of Acme"),
        "{}",
        export.body
    );
    assert!(!export.body.contains("Globex"), "{}", export.body);

    let overview = kim.get("/o/acme").await;
    assert!(
        overview.body.contains("Kim joined by an invitation")
            || overview.body.contains("joined by an invitation"),
        "{}",
        overview.body
    );
    for path in ["members", "settings", "usage", "log"] {
        assert_eq!(
            kim.get(&format!("/o/acme/{path}")).await.status,
            StatusCode::FORBIDDEN,
            "F22: a tenant's admin pages are not a member's: {path}"
        );
        assert_eq!(ada.get(&format!("/o/acme/{path}")).await.status, StatusCode::OK, "{path}");
    }
    for path in ["", "/agents", "/tasks", "/projects", "/exports"] {
        assert_eq!(kim.get(&format!("/o/globex{path}")).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn f11_a_persons_day_from_invitation_to_export() {
    a_day(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_the_same_day_behind_the_sealed_wall_of_postgresql() {
    a_day(&Product::on_postgres().await).await;
}

#[tokio::test]
async fn f11_one_person_works_in_two_organisations_in_two_tabs() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let all = ada.get("/organisations").await;
    assert!(all.body.contains("/o/acme") && all.body.contains("/o/globex"), "{}", all.body);
    for _ in 0..2 {
        let (acme, globex) = (ada.get("/o/acme/agents").await, ada.get("/o/globex/agents").await);
        assert!(acme.body.contains("Scribe of Acme") && !acme.body.contains("Sketcher"), "{}", acme.body);
        assert!(
            globex.body.contains("Sketcher of Globex") && !globex.body.contains("Scribe"),
            "{}",
            globex.body
        );
    }
    // An owner there is a member here.
    assert_eq!(ada.get("/o/acme/members").await.status, StatusCode::OK);
    assert_eq!(ada.get("/o/globex/members").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn f11_an_organisation_keeps_an_owner_and_who_is_let_go_is_out_at_once() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut alan = product.signed_in("alan@acme.example").await;
    let members = ada.get("/o/acme/members").await;
    let people: Vec<_> = members
        .body
        .split("action=\"/o/acme/members/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    let [adas, alans] = &people[..] else { panic!("{people:?}") };
    let refused = ada.post(&format!("/o/acme/members/{adas}"), &[("role", "")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("keeps an owner"), "{}", refused.body);
    assert_eq!(alan.get("/o/acme/agents").await.status, StatusCode::OK);
    let gone = ada.post(&format!("/o/acme/members/{alans}"), &[("role", "")]).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.body);
    assert_eq!(alan.get("/o/acme/agents").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn f14_a_plan_limits_agents_and_executions() {
    let product = Product::on_sqlite().await;
    let mut grace = product.signed_in("grace@globex.example").await;
    for name in ["Two", "Three"] {
        assert_eq!(grace.post("/o/globex/agents", &[("name", name)]).await.status, StatusCode::SEE_OTHER);
    }
    let refused =
        grace.post("/o/globex/agents", &[("name", "Four"), ("instructions", "typed at length")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(refused.body.contains("typed at length"), "what was typed is there still: {}", refused.body);
    let tasks = grace.get("/o/globex/tasks").await;
    let task = format!("/o/globex/tasks/{}", tasks.between("/o/globex/tasks/", '"'));
    let page = grace.get(&task).await;
    let select = page.body.split("name=\"agent_id\"").nth(1).unwrap();
    let agent = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    for _ in 0..5 {
        assert_eq!(
            grace.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let sixth = grace.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await;
    assert_eq!(sixth.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(sixth.body.contains("That is all for now"), "{}", sixth.body);
    // The organisation's own view of it, and the operator's.
    assert!(grace.get("/o/globex/usage").await.body.contains("5 of today"));
    let audit = product.signed_in("olga@saas.example").await.get("/operator/audit").await.body;
    let globex = product.tenant("globex").await.to_string();
    let refused: Vec<_> = audit.split("<li>").filter(|line| line.contains("refused an action")).collect();
    assert_eq!(refused.len(), 1, "{audit}");
    assert!(refused[0].contains(&globex) && refused[0].contains("executions"), "{}", refused[0]);
}

#[tokio::test]
async fn f16_an_upload_is_found_by_its_organisation_alone() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let tasks = ada.get("/o/acme/tasks").await;
    let task = format!("/o/acme/tasks/{}", tasks.between("/o/acme/tasks/", '"'));
    let body = "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"../naïve <plan>.txt\"\r\n\r\nsecret of acme\r\n--x--\r\n";
    let sent = ada
        .send(
            Method::POST,
            &format!("{task}/uploads"),
            Some(("multipart/form-data; boundary=x", body.to_owned())),
            &[],
        )
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.body);
    let page = ada.get(&task).await;
    let id = page.between("/o/acme/uploads/", '"');
    assert_eq!(ada.get(&format!("/o/acme/uploads/{id}")).await.body, "secret of acme");
    // She belongs to the other one as well: the id is good in its own organisation only.
    assert_eq!(ada.get(&format!("/o/globex/uploads/{id}")).await.status, StatusCode::NOT_FOUND);
}

/// The page is the same for both but for the figures, which come from the cache the second time.
#[tokio::test]
async fn f11_the_figures_that_are_kept_are_of_one_organisation() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    for name in ["Two", "Three"] {
        assert_eq!(ada.post("/o/acme/agents", &[("name", name)]).await.status, StatusCode::SEE_OTHER);
    }
    for _ in 0..2 {
        for (slug, agents) in [("acme", "<b>3</b>of "), ("globex", "<b>1</b>of ")] {
            let page = ada.get(&format!("/o/{slug}")).await;
            assert!(page.body.contains(agents), "{slug}: {}", page.body);
        }
    }
}

/// Whoever is second finds it used, though both had seen it open.
#[tokio::test(flavor = "multi_thread")]
async fn f11_of_two_who_take_an_invitation_at_once_one_is_in() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        let mut ada = product.signed_in("ada@acme.example").await;
        let link = link(&mut ada, "kim@acme.example").await;
        let take = |name: &'static str| {
            let (mut person, link) = (product.stranger(), link.clone());
            async move { person.post(&link, &[("name", name), ("password", "a long enough one")]).await.status }
        };
        let (one, other, third) = tokio::join!(take("One"), take("Other"), take("Third"));
        let joined =
            [one, other, third].into_iter().filter(|status| *status == StatusCode::SEE_OTHER).count();
        assert_eq!(joined, 1, "{one} {other} {third}");
    }
}
