//! A form that is sent twice, as without scripts on a slow network, does what it does once: every form of every page.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};

use crate::client::{Answer, Person, Product};

/// A form as a page shows it, filled in.
#[derive(Clone)]
struct Form {
    to: String,
    has_file: bool,
    fields: Vec<(String, String)>,
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split_once(&format!(" {name}=\""))?.1.split('"').next()
}

/// The forms of a page that change something.
fn forms(page: &str, at: &str) -> Vec<Form> {
    let posts = page.split("<form").skip(1).filter_map(|rest| {
        let (tag, inner) = rest.split_once("</form>").unwrap().0.split_once('>').unwrap();
        (attribute(tag, "method") == Some("post")).then(|| (attribute(tag, "action").unwrap_or(at), inner))
    });
    posts
        .map(|(to, inner)| Form {
            to: to.to_owned(),
            has_file: inner.contains("type=\"file\""),
            fields: fields(inner),
        })
        .collect()
}

/// What a browser would send of it. What is empty is filled in.
fn fields(form: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for element in form.split('<') {
        let (tag, text) = element.split_once('>').unwrap_or((element, ""));
        let typed = |name: &str, value: &str| match (value, name) {
            ("", "email") => "kim@elsewhere.example".to_owned(),
            ("", "role" | "assignee_id" | "parent_id") => String::new(),
            ("", _) => format!("typed into {name}"),
            _ => value.to_owned(),
        };
        if tag.starts_with("option") {
            let field = fields.last_mut().unwrap();
            if tag.contains(" selected") || field.1 == "-" {
                field.1 = attribute(tag, "value").unwrap().to_owned();
            }
        } else if let Some(name) = attribute(tag, "name").filter(|_| attribute(tag, "type") != Some("file")) {
            let value = match tag.split(' ').next() {
                Some("select") => "-".to_owned(),
                Some("textarea") => typed(name, text),
                _ => typed(name, attribute(tag, "value").unwrap_or_default()),
            };
            fields.push((name.to_owned(), value));
        }
    }
    fields
}

impl Person {
    async fn submit(&mut self, form: &Form) -> Answer {
        if form.has_file {
            // Another boundary each time, as browsers have it.
            let boundary = saas::model::new_id();
            let mut body = String::new();
            for (name, value) in &form.fields {
                body += &format!(
                    "--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
                );
            }
            body += &format!(
                "--{boundary}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nmine\r\n--{boundary}--\r\n"
            );
            let kind = format!("multipart/form-data; boundary={boundary}");
            return self.send(Method::POST, &form.to, Some((&kind, body)), &[]).await;
        }
        let fields: Vec<_> =
            form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.post(&form.to, &fields).await
    }
}

/// How many rows there are of what forms make; and the lines of the log.
async fn counts(product: &Product) -> (BTreeMap<String, i64>, i64) {
    let tables = [
        "agents",
        "canvases",
        "projects",
        "tasks",
        "executions",
        "uploads",
        "exports",
        "main.invitations",
        "main.memberships",
        "main.jobs",
        "main.activity",
    ];
    let each = tables.map(|table| format!("SELECT '{table}' AS name, count(*) AS number FROM {table}"));
    let all =
        format!("{} UNION ALL SELECT 'usage', sum(executions) FROM main.usage", each.join(" UNION ALL "));
    let mut found: BTreeMap<String, i64> = product.counted(&all).await.into_iter().collect();
    let lines = found.remove("main.activity").unwrap();
    (found, lines)
}

/// Sends a form twice, and once more as it is shown anew, three times at once. Whether it makes something.
async fn once(product: &Product, person: &mut Person, page: &str, form: &Form) -> bool {
    let to = &form.to;
    let before = counts(product).await;
    let first = person.submit(form).await;
    assert!(
        matches!(first.status, StatusCode::SEE_OTHER | StatusCode::OK),
        "{to}: {} {}",
        first.status,
        first.body
    );
    let made = counts(product).await;
    let second = person.submit(form).await;
    assert_eq!((first.status, &first.location), (second.status, &second.location), "{to}: {}", second.body);
    let after = counts(product).await;
    assert_eq!(made.0, after.0, "{to} makes two");
    if made.0 == before.0 {
        return false;
    }
    assert_eq!(made.1, after.1, "{to} is told twice");
    if first.status == StatusCode::OK {
        let link = |answer: &Answer| answer.between("id=\"link\"", '>');
        assert_eq!(link(&first), link(&second), "whoever pressed twice sees the answer to the second");
    }

    // In another tab it is another form, whatever is typed into it.
    let shown = person.get(page).await;
    let Some(form) = forms(&shown.body, page).into_iter().find(|form| form.to == *to) else { return true };
    let [mut one, mut other, mut third] = [(); 3].map(|()| person.another_tab());
    let answers = tokio::join!(one.submit(&form), other.submit(&form), third.submit(&form));
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.status, first.status, "{to}: {}", answer.body);
    }
    let again = counts(product).await;
    assert_eq!(again.1 - after.1, made.1 - before.1, "{to}: lines of the log");
    if !to.ends_with("/support") {
        let new = |from: &BTreeMap<String, i64>, to: &BTreeMap<String, i64>| -> Vec<i64> {
            from.values().zip(to.values()).map(|(from, to)| to - from).collect()
        };
        assert_eq!(new(&after.0, &again.0), new(&before.0, &made.0), "{to}");
    }
    true
}

async fn first(person: &mut Person, kind: &str) -> String {
    let page = person.get(&format!("/o/acme/{kind}")).await;
    format!("/o/acme/{kind}/{}", page.between(&format!("/o/acme/{kind}/"), '"'))
}

async fn every_form(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    ada.post("/o/acme/exports", &[]).await;
    product.sql("UPDATE main.jobs SET given_up = TRUE; UPDATE exports SET status = 'failed'").await;
    let (agent, project, task) =
        (first(&mut ada, "agents").await, first(&mut ada, "projects").await, first(&mut ada, "tasks").await);
    let mut making = BTreeSet::new();
    let of_acme =
        ["", "/agents", "/projects", "/exports", "/members", "/settings", "/tasks", "/usage", "/log"]
            .map(|path| format!("/o/acme{path}"));
    for page in of_acme.iter().chain([&agent, &project, &task]) {
        let shown = ada.get(page).await;
        for form in forms(&shown.body, page).iter().filter(|form| form.to != "/sign-out") {
            if once(product, &mut ada, page, form).await {
                making.insert(
                    form.to.replace(&agent, "AGENT").replace(&project, "PROJECT").replace(&task, "TASK"),
                );
            }
        }
    }
    product.sql("UPDATE main.jobs SET given_up = TRUE").await;
    for page in ["/operator", "/operator/jobs"] {
        let shown = olga.get(page).await;
        for form in forms(&shown.body, page).iter().filter(|form| form.to != "/sign-out") {
            if once(product, &mut olga, page, form).await {
                making.insert(form.to.rsplit('/').next().unwrap().to_owned());
            }
        }
    }
    let expected = [
        "/o/acme/agents",
        "/o/acme/exports",
        "/o/acme/invitations",
        "/o/acme/projects",
        "AGENT/canvases",
        "PROJECT/tasks",
        "TASK/executions",
        "TASK/uploads",
        "support",
    ];
    assert_eq!(making.iter().map(String::as_str).collect::<Vec<_>>(), expected, "which forms make something");

    // Changed in between it is another form: what was typed the second time is not lost.
    let shown = ada.get("/o/acme/projects").await;
    let mut form = forms(&shown.body, "/o/acme/projects").pop().unwrap();
    let one = ada.submit(&form).await;
    form.fields.last_mut().unwrap().1 = "Typed after going back".to_owned();
    let other = ada.submit(&form).await;
    assert_ne!(one.location, other.location);
    assert!(ada.get(&other.location).await.body.contains("Typed after going back"));
    // And so is the same one of somebody else.
    let mut alan = product.signed_in("alan@acme.example").await;
    let alans = alan.submit(&form).await;
    assert_eq!(alans.status, StatusCode::SEE_OTHER, "{}", alans.body);
    assert_ne!(alans.location, other.location);
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_every_form_that_is_sent_twice_does_what_it_does_once() {
    every_form(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f11_every_form_that_is_sent_twice_does_it_once_on_postgresql_as_well() {
    every_form(&Product::on_postgres().await).await;
}

/// The last one of a plan is not refused to who pressed twice.
#[tokio::test]
async fn f14_the_second_press_for_the_last_execution_of_a_day_is_not_refused() {
    let product = Product::on_sqlite().await;
    let mut grace = product.signed_in("grace@globex.example").await;
    let task = grace.get("/o/globex/tasks").await.between("href=\"/o/globex/tasks/", '"');
    let page = format!("/o/globex/tasks/{task}");
    let mut form = None;
    for _ in 0..5 {
        let shown = grace.get(&page).await;
        form = forms(&shown.body, &page).into_iter().find(|form| form.to.ends_with("/executions"));
        let begun = grace.submit(form.as_ref().unwrap()).await;
        assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.body);
    }
    let again = grace.submit(&form.unwrap()).await;
    assert_eq!(
        (again.status, again.location.as_str()),
        (StatusCode::SEE_OTHER, page.as_str()),
        "{}",
        again.body
    );
    let sixth =
        forms(&grace.get(&page).await.body, &page).into_iter().find(|form| form.to.ends_with("/executions"));
    assert_eq!(grace.submit(&sixth.unwrap()).await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Whoever joins, and sees no answer, joins again: it is one account, one member, and they are in.
#[tokio::test(flavor = "multi_thread")]
async fn f11_who_joins_twice_is_in() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        let mut ada = product.signed_in("ada@acme.example").await;
        let invite = async |ada: &mut Person, email: &str| {
            let shown = ada.post("/o/acme/invitations", &[("email", email), ("role", "member")]).await;
            let link = format!("/invitations/{}", shown.between("/invitations/", '"'));
            let page = product.stranger().get(&link).await;
            let mut form = forms(&page.body, &link).pop().unwrap();
            form.fields
                .iter_mut()
                .filter(|(name, _)| name == "password")
                .for_each(|field| field.1 = format!("the secret of {email}"));
            form
        };
        // One after the other: the first answer, with its cookie, is lost.
        let kims = invite(&mut ada, "kim@acme.example").await;
        for _ in 0..2 {
            let mut kim = product.stranger();
            let joined = kim.submit(&kims).await;
            assert_eq!(
                (joined.status, joined.location.as_str()),
                (StatusCode::SEE_OTHER, "/o/acme"),
                "{}",
                joined.body
            );
            assert_eq!(kim.get("/o/acme").await.status, StatusCode::OK);
        }
        // At once.
        let lees = invite(&mut ada, "lee@acme.example").await;
        let [mut one, mut other, mut third] = [(); 3].map(|()| product.stranger());
        let answers = tokio::join!(one.submit(&lees), other.submit(&lees), third.submit(&lees));
        for (answer, mut lee) in [(answers.0, one), (answers.1, other), (answers.2, third)] {
            assert_eq!(answer.location, "/o/acme", "{} {}", answer.status, answer.body);
            assert_eq!(lee.get("/o/acme").await.status, StatusCode::OK);
        }
        let log = ada.get("/o/acme/log").await.body;
        assert_eq!(log.matches("joined by an invitation").count(), 2, "{log}");
        // Somebody else who has the link, and not the password, is where they were.
        let mut eves = kims.clone();
        eves.fields
            .iter_mut()
            .filter(|(name, _)| name == "password")
            .for_each(|field| field.1 = "a guess of Eve's".to_owned());
        assert_eq!(product.stranger().submit(&eves).await.status, StatusCode::NOT_FOUND);
        let mut grace = product.signed_in("grace@globex.example").await;
        assert_eq!(grace.submit(&kims).await.status, StatusCode::NOT_FOUND);
        assert_eq!(grace.get("/o/acme").await.status, StatusCode::NOT_FOUND);
    }
}
