//! What is seldom, and meets everybody once: long names, other scripts, nothing there yet, two tabs, a session that ended with a file.

use axum::http::{Method, StatusCode};
use saas::model::membership::Role;

use crate::client::{Person, Product};

async fn first(person: &mut Person, slug: &str, kind: &str) -> String {
    let page = person.get(&format!("/o/{slug}/{kind}")).await;
    format!("/o/{slug}/{kind}/{}", page.between(&format!("/o/{slug}/{kind}/"), '"'))
}

/// Two hundred letters are a name, in any script, and one more is told to whoever typed it, who has it still.
#[tokio::test]
async fn names_have_two_hundred_letters_and_what_is_longer_is_not_lost() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let (agent, project) =
        (first(&mut ada, "acme", "agents").await, first(&mut ada, "acme", "projects").await);
    let task = first(&mut ada, "acme", "tasks").await;
    let forms = [
        ("/o/acme/agents".to_owned(), "name"),
        (agent.clone(), "name"),
        (format!("{agent}/canvases"), "title"),
        ("/o/acme/projects".to_owned(), "name"),
        (format!("{project}/tasks"), "title"),
        (task, "title"),
    ];
    for (to, field) in forms {
        for letter in ["w", "م", "👩🏽‍🚀"] {
            let letters = letter.chars().count();
            let longest = letter.repeat(200 / letters);
            let taken = ada.post(&to, &[(field, &longest)]).await;
            assert_eq!(taken.status, StatusCode::SEE_OTHER, "{to} {letter}: {}", taken.body);
            let shown = ada.get(&taken.location).await;
            assert_eq!(shown.status, StatusCode::OK);
            assert!(shown.body.contains(&longest), "{to} {letter}: {}", shown.body);
            let longer = letter.repeat(200 / letters + 1);
            let refused = ada.post(&to, &[(field, &longer)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to} {letter}");
            assert!(refused.body.contains(&longer), "what was typed is there: {to}");
            assert!(refused.body.contains("longer than 200 letters"), "{to}: {}", refused.body);
        }
        let refused = ada.post(&to, &[(field, " ")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{to}: {}", refused.body);
    }
    // And a person's own.
    let answer = ada.post("/o/acme/invitations", &[("email", "kim@acme.example"), ("role", "member")]).await;
    let link = format!("/invitations/{}", answer.between("/invitations/", '"'));
    let mut kim = product.stranger();
    let join = |name: String| [("name", name), ("password", "a long enough one".to_owned())];
    for (name, status) in
        [("م".repeat(201), StatusCode::UNPROCESSABLE_ENTITY), ("م".repeat(200), StatusCode::SEE_OTHER)]
    {
        let form = join(name);
        let form = form.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(kim.post(&link, &form).await.status, status);
    }
    let members = ada.get("/o/acme/members").await;
    assert!(members.body.contains(&"م".repeat(200)), "{}", members.body);
}

/// Text of people is shown in the direction of its own letters, wherever it stands.
#[tokio::test]
async fn a_text_of_another_script_has_its_own_direction_on_every_page() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let arabic = "مشروع الربيع";
    ada.post("/o/acme/agents", &[("name", arabic), ("instructions", arabic)]).await;
    let project = ada.post("/o/acme/projects", &[("name", arabic)]).await.location;
    let task = ada.post(&format!("{project}/tasks"), &[("title", arabic), ("notes", arabic)]).await.location;
    ada.post("/o/acme/settings", &[("greeting", arabic)]).await;
    for path in [
        "/o/acme",
        "/o/acme/agents",
        "/o/acme/projects",
        "/o/acme/tasks",
        "/o/acme/log",
        "/o/acme/settings",
        &project,
        &task,
    ] {
        let page = ada.get(path).await.body;
        let mut seen = 0;
        for (at, _) in page.match_indices(arabic) {
            // The tag that the text stands in, and those around it.
            let before = &page[..at];
            let is_in = |begin: &str, end: &str| before.rfind(begin) > before.rfind(end);
            let around = [
                ("<li", "</li>"),
                ("<td", "</td>"),
                ("<p ", "</p>"),
                ("<h1", "</h1>"),
                ("<textarea", "</textarea>"),
                ("<bdi", "</bdi>"),
            ];
            let around = around
                .into_iter()
                .filter(|(begin, end)| is_in(begin, end))
                .map(|(begin, _)| before.rfind(begin));
            let mut tags = around.chain([before.rfind('<')]).flatten();
            let has_direction = tags.any(|tag| {
                let tag = &page[tag..tag + page[tag..].find('>').unwrap()];
                tag == "<bdi" || tag.contains("dir=\"auto\"")
            });
            // The browser gives titles and choices a direction by itself.
            let is_plain = is_in("<title>", "</title>") || is_in("<option", "</option>");
            assert!(is_plain || has_direction, "{path}: {}", &before[before.rfind('<').unwrap()..]);
            seen += 1;
        }
        assert!(seen > 0, "{path}");
    }
}

/// Whether a text is read from left to right in every language: a time, a number with its unit, an address, an id.
fn is_left_to_right(text: &str) -> bool {
    let is_id = |word: &str| word.len() == 36 && word.chars().filter(|letter| *letter == '-').count() == 4;
    [" UTC", " bytes", ".example", " members", "executions are used"].iter().any(|part| text.contains(part))
        || text.split_whitespace().any(is_id)
}

/// On a page from right to left they would be read in pieces, in the wrong order: each has its own direction.
#[tokio::test]
async fn times_numbers_addresses_and_ids_have_their_own_direction_on_every_page() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    let task = first(&mut ada, "acme", "tasks").await;
    let agent = first(&mut ada, "acme", "agents").await.rsplit('/').next().unwrap().to_owned();
    let invited = ada.post("/o/acme/invitations", &[("email", "kim@acme.example"), ("role", "member")]).await;
    let link = format!("/invitations/{}", invited.between("/invitations/", '"'));
    ada.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await;
    ada.post("/o/acme/exports", &[]).await;
    product.app.work_through().await;
    let body =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nmine\r\n--x--\r\n";
    let form = Some(("multipart/form-data; boundary=x", body.to_owned()));
    ada.send(Method::POST, &format!("{task}/uploads"), form, &[]).await;
    ada.post("/o/acme/exports", &[]).await;
    product.sql("UPDATE jobs SET given_up = TRUE").await;
    for (path, kinds) in [
        ("/o/acme", 1),
        (&task, 2),
        ("/o/acme/exports", 2),
        ("/o/acme/members", 3),
        ("/o/acme/usage", 1),
        ("/o/acme/log", 2),
        (&link, 1),
        ("/operator", 3),
        ("/operator/jobs", 1),
        ("/operator/audit", 2),
    ] {
        let person = if path.starts_with("/operator") { &mut olga } else { &mut ada };
        let page = person.get(path).await.body;
        let mut seen = 0;
        for element in page.split('<').skip(1) {
            let (tag, text) = element.split_once('>').unwrap();
            let is_plain = ["title", "option", "textarea", "pre"].iter().any(|one| tag.starts_with(one));
            if is_left_to_right(text) && !is_plain {
                seen += 1;
                assert!(tag.starts_with("bdi") || tag.contains(" dir="), "{path}: <{tag}>{text}");
            }
        }
        assert!(seen >= kinds, "{path}: {seen}");
    }
}

/// Nothing there yet is said, with what to do.
#[tokio::test]
async fn where_there_is_nothing_yet_a_page_says_so() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    let made = ada.post("/o/acme/projects", &[("name", "Empty")]).await.location;
    let agent = ada.post("/o/acme/agents", &[("name", "Empty")]).await.location;
    let task = first(&mut ada, "acme", "tasks").await;
    for (path, words) in [
        (made.as_str(), "No task yet. Add the first one below."),
        (&agent, "No canvas yet."),
        (&task, "No agent was here yet."),
        (&task, "No file yet."),
        ("/o/acme/exports", "Nothing was exported yet."),
        ("/o/acme/members", "Nobody was invited yet."),
        ("/o/acme/tasks?status=done", "No such task. Tasks are added in a project."),
    ] {
        assert!(ada.get(path).await.body.contains(words), "{path}: {words}");
    }
    assert!(olga.get("/organisations").await.body.contains("You belong to no organisation yet."));
    product.sql("DELETE FROM tasks; DELETE FROM agents; DELETE FROM projects; DELETE FROM activity; DELETE FROM usage").await;
    let mut grace = product.signed_in("grace@globex.example").await;
    for (path, words) in [
        ("", "Nothing yet. Give a task to an agent, and it shows here."),
        ("/agents", "No agent yet. Make one below"),
        ("/projects", "No project yet. A project has tasks in it."),
        ("/tasks", "No such task. Tasks are added in a project."),
        ("/usage", "No agent was given a task yet."),
        ("/log", "Nothing happened yet."),
    ] {
        let page = grace.get(&format!("/o/globex{path}")).await;
        assert!(page.body.contains(words), "{path}: {}", page.body);
    }
}

/// The file cannot be kept. It is said, and after signing in one is where it was chosen.
#[tokio::test]
async fn a_session_that_ends_before_a_file_is_sent_says_that_it_was_not_added() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let task = first(&mut ada, "acme", "tasks").await;
    ada.post("/sign-out", &[]).await;
    let body =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\nmine\r\n--x--\r\n";
    for (from, next) in [
        (format!("http://localhost{task}"), Some(task.as_str())),
        ("http://evil.example//evil.example/".to_owned(), None),
        (String::new(), None),
    ] {
        let form = Some(("multipart/form-data; boundary=x", body.to_owned()));
        let asked = ada.send(Method::POST, &format!("{task}/uploads"), form, &[("referer", &from)]).await;
        assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
        assert!(asked.body.contains("the file was not added"), "{}", asked.body);
        let mut form = vec![("email", "ada@acme.example"), ("password", saas::database::PASSWORD)];
        let typed =
            asked.body.contains("name=\"next\"").then(|| asked.between("name=\"next\" value=\"", '"'));
        form.extend(typed.as_deref().map(|next| ("next", next)));
        let back = product.stranger().post("/sign-in", &form).await;
        assert_eq!(back.location, next.unwrap_or("/organisations"), "{from}");
    }
    let mut ada = product.signed_in("ada@acme.example").await;
    assert!(ada.get(&task).await.body.contains("No file yet."));
}

/// Whoever loads the address of a form, or adds what is too large, reads what to do about it.
#[tokio::test]
async fn what_cannot_be_taken_is_a_page_in_words() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let task = first(&mut ada, "acme", "tasks").await;
    for path in ["/o/acme/invitations".to_owned(), format!("{task}/executions"), "/sign-out".to_owned()] {
        let page = ada.get(&path).await;
        assert_eq!(page.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert!(page.body.contains("There is no such page"), "{path}: {}", page.body);
    }
    let body = format!(
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n\r\n{}\r\n--x--\r\n",
        "large".repeat(500_000)
    );
    let form = Some(("multipart/form-data; boundary=x", body));
    let refused = ada.send(Method::POST, &format!("{task}/uploads"), form, &[]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(
        refused.body.contains("larger than 2 MB") && !refused.body.contains("our fault"),
        "{}",
        refused.body
    );
    assert!(ada.get(&task).await.body.contains("No file yet."));
}

/// The last one of a plan is had once, in however many tabs it is asked for.
#[tokio::test(flavor = "multi_thread")]
async fn f14_a_plan_that_is_reached_in_several_tabs_at_once_is_not_exceeded() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        let grace = product.signed_in("grace@globex.example").await;
        let (mut tabs, mut first_tab) = (Vec::new(), grace.another_tab());
        let task = first(&mut first_tab, "globex", "tasks").await;
        let agent = first(&mut first_tab, "globex", "agents").await.rsplit('/').next().unwrap().to_owned();
        // One agent and none of five executions: two, and five, are left.
        for number in 0..8 {
            let (mut one, mut other) = (grace.another_tab(), grace.another_tab());
            let (task, agent) = (format!("{task}/executions"), agent.clone());
            tabs.push(tokio::spawn(async move {
                let made = one.post("/o/globex/agents", &[("name", &format!("Of tab {number}"))]).await;
                let begun = other.post(&task, &[("agent_id", &agent)]).await;
                (made.status, begun.status)
            }));
        }
        let (mut made, mut begun) = (Vec::new(), Vec::new());
        for tab in tabs {
            let (one, other) = tab.await.unwrap();
            made.push(one);
            begun.push(other);
        }
        let count = |all: &[StatusCode], status| all.iter().filter(|one| **one == status).count();
        assert_eq!(
            (count(&made, StatusCode::SEE_OTHER), count(&made, StatusCode::FORBIDDEN)),
            (2, 6),
            "{made:?}"
        );
        assert_eq!(
            (count(&begun, StatusCode::SEE_OTHER), count(&begun, StatusCode::TOO_MANY_REQUESTS)),
            (5, 3),
            "{begun:?}"
        );
    }
}

/// Two owners who let each other go at the same moment: one of them stays.
#[tokio::test(flavor = "multi_thread")]
async fn f22_an_organisation_keeps_an_owner_though_two_change_each_other_at_once() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        for round in 0..5 {
            let name = format!("other{round}");
            let mut other = product.joined(&name, "acme", Role::Owner).await;
            let mut ada = product.signed_in("ada@acme.example").await;
            let (adas, others) = (
                product.id_of("ada@acme.example").await,
                product.id_of(&format!("{name}@acme.example")).await,
            );
            let (adas, others) = (format!("/o/acme/members/{adas}"), format!("/o/acme/members/{others}"));
            let lower = [("role", "member")];
            let (one, two) = tokio::join!(ada.post(&others, &lower), other.post(&adas, &lower));
            let done = [&one, &two].iter().filter(|answer| answer.status == StatusCode::SEE_OTHER).count();
            assert_eq!(done, 1, "{} {}", one.status, two.status);
            product.make("ada@acme.example", "acme", Role::Owner).await;
            product.make(&format!("{name}@acme.example"), "acme", Role::Member).await;
        }
    }
}

/// However many tasks there are, all of them are in the export, once, and on one page or another.
#[tokio::test]
async fn f19_an_export_and_the_pages_have_everything() {
    let product = Product::on_sqlite().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let (acme, project) = (product.tenant("acme").await, first(&mut ada, "acme", "projects").await);
    let project = project.rsplit('/').next().unwrap();
    let rows: Vec<_> = (0..1300)
        .map(|number| {
            format!(
                "('{acme}', 'task-{number:05}', '{project}', NULL, NULL, 'Number {number}', '', 'open', 0)"
            )
        })
        .collect();
    product.sql(&format!("INSERT INTO tasks VALUES {}", rows.join(", "))).await;
    ada.post("/o/acme/exports", &[]).await;
    assert_eq!(product.app.work_through().await, 1);
    let export = first(&mut ada, "acme", "exports").await;
    let export = ada.get(&export).await.body;
    assert_eq!(export.lines().count(), 2 + 2 + 1300, "an agent, a project, two tasks and those");
    // What a task is part of is chosen still, though it is on none of the pages that there are to choose from.
    product.sql("UPDATE tasks SET parent_id = 'task-01299' WHERE id = 'task-00000'").await;
    let part = ada.get("/o/acme/tasks/task-00000").await;
    assert!(part.body.contains("<option value=\"task-01299\" selected>"), "{}", part.body);
    for number in 0..1300 {
        assert_eq!(export.matches(&format!("\"Number {number}\"")).count(), 1, "{number}");
    }
    for begin in ["/o/acme/tasks?status=open".to_owned(), format!("/o/acme/projects/{project}")] {
        let (mut path, mut pages) = (begin.clone(), String::new());
        for _ in 0..20 {
            let page = ada.get(&path).await;
            assert!(page.body.matches("<tr>").count() <= 101, "{path}");
            let has_more = page.body.contains("Further tasks");
            path = if has_more {
                page.between("<p><a href=\"", '"').replace("&amp;", "&")
            } else {
                String::new()
            };
            pages += &page.body;
            if !has_more {
                break;
            }
        }
        for number in 0..1300 {
            assert_eq!(pages.matches(&format!(">Number {number}</a>")).count(), 1, "{begin}: {number}");
        }
    }
}
