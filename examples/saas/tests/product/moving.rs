//! A tenant moves to a schema of its own, and back, while its people work: nothing is lost, nothing is there twice, and nothing is another's.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use saas::database::make_schema;
use saas::model::places::notice;
use tenancy_diesel::TenantKey;
use tenancy_operate::relocation::{Options, Relocation};
use tenancy_pool::OperatorConnection;
use tenancy_pool::placement::{DatabaseAddress, Placement};
use tenancy_rls::Manifest;
use tokio::task::JoinHandle;

use crate::client::{Answer, Person, Product};
use crate::redis::eventually;

/// What people see while they work.
#[derive(Default)]
struct Seen {
    answered: AtomicUsize,
    again: AtomicUsize,
    /// In milliseconds, from the first try to the answer that did it.
    longest: AtomicUsize,
}

/// What was acknowledged to somebody.
#[derive(Default)]
struct Acknowledged {
    projects: Vec<String>,
    /// Executions of an agent at the own task.
    executions: i64,
}

/// Who works until it is over: reads, writes names that nobody else writes, and gives a task of the own to the agent. Returns what was acknowledged.
fn works(
    mut person: Person,
    slug: &'static str,
    who: &'static str,
    other: &'static str,
    seen: Arc<Seen>,
    is_over: Arc<AtomicBool>,
) -> JoinHandle<Acknowledged> {
    tokio::spawn(async move {
        let mut done = Acknowledged::default();
        let project = person.get(&format!("/o/{slug}/projects")).await;
        let project = project.between(&format!("/o/{slug}/projects/"), '"');
        let title = format!("task-of-{slug} of {who}");
        let task = person.post(&format!("/o/{slug}/projects/{project}/tasks"), &[("title", &title)]).await;
        let agent =
            person.get(&format!("/o/{slug}/agents")).await.between(&format!("/o/{slug}/agents/"), '"');
        while !is_over.load(Ordering::SeqCst) {
            let name = format!("of-{slug} by {who} {}", done.projects.len());
            let form = [("name", name.as_str())];
            let made = until_done(&seen, &mut person, &format!("/o/{slug}/projects"), Some(&form)).await;
            assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.body);
            done.projects.push(name.clone());
            // What was just acknowledged is there, wherever it is read from.
            for path in [made.location, format!("/o/{slug}/projects")] {
                let page = until_done(&seen, &mut person, &path, None).await;
                assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
                assert!(page.body.contains(&name), "{name} is not at {path}: {}", page.body);
                assert!(!page.body.contains(&format!("of-{other}")), "{path}: {}", page.body);
            }
            let begun = until_done(
                &seen,
                &mut person,
                &format!("{}/executions", task.location),
                Some(&[("agent_id", agent.as_str())]),
            )
            .await;
            match begun.status {
                StatusCode::SEE_OTHER => done.executions += 1,
                // As many a second as its plan allows, and no more.
                StatusCode::TOO_MANY_REQUESTS => {}
                other => panic!("{other}: {}", begun.body),
            }
            let page = until_done(&seen, &mut person, &task.location, None).await;
            assert!(
                page.body.contains(&title) && !page.body.contains(&format!("-of-{other}")),
                "{}",
                page.body
            );
        }
        done
    })
}

/// Comes again as often as it is told to. Nothing else than "not now" is an excuse.
async fn until_done(seen: &Seen, person: &mut Person, path: &str, form: Option<&[(&str, &str)]>) -> Answer {
    let begun = Instant::now();
    loop {
        let answer = match form {
            Some(form) => person.post(path, form).await,
            None => person.get(path).await,
        };
        if answer.status == StatusCode::SERVICE_UNAVAILABLE {
            let after = answer.retry_after.expect("a 503 says when to come again");
            assert!(answer.body.contains("One moment"), "{}", answer.body);
            assert!(begun.elapsed() < Duration::from_secs(30), "it does not end");
            seen.again.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_secs(after)).await;
            continue;
        }
        seen.answered.fetch_add(1, Ordering::SeqCst);
        let took = usize::try_from(begun.elapsed().as_millis()).unwrap();
        seen.longest.fetch_max(took, Ordering::SeqCst);
        return answer;
    }
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Names of a tenant's projects in a schema, with how often each is there.
async fn names(owner: &mut AsyncPgConnection, schema: &str, tenant: &str) -> BTreeMap<String, i64> {
    let query = format!(
        "SELECT name, count(*) AS count FROM {schema}.projects WHERE tenant_id = '{tenant}' AND name LIKE 'of-%' GROUP BY name"
    );
    let found: Vec<Named> = diesel_async::RunQueryDsl::load(sql_query(query), owner).await.unwrap();
    found.into_iter().map(|Named { name, count }| (name, count)).collect()
}

#[derive(QueryableByName)]
struct Run {
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Text)]
    output: String,
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// A tenant's executions in the shared tables, by the task's title, all of them done. Each is about its own task.
async fn executions(owner: &mut AsyncPgConnection, tenant: &str) -> BTreeMap<String, i64> {
    let query = format!(
        "SELECT t.title, x.output, count(*) AS count FROM public.executions x JOIN public.episodes e ON (e.tenant_id, e.id) = (x.tenant_id, x.episode_id)
         JOIN public.tasks t ON (t.tenant_id, t.id) = (e.tenant_id, e.task_id) WHERE x.tenant_id = '{tenant}' GROUP BY 1, 2"
    );
    let found: Vec<Run> = diesel_async::RunQueryDsl::load(sql_query(query), owner).await.unwrap();
    for Run { title, output, .. } in &found {
        assert!(output.contains(&format!("I looked at “{title}”")), "{title}: {output:?}");
    }
    found.into_iter().map(|Run { title, count, .. }| (title, count)).collect()
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

async fn number(owner: &mut AsyncPgConnection, query: &str) -> i64 {
    let query = sql_query(format!("SELECT ({query})::bigint AS number"));
    let found: Number = diesel_async::RunQueryDsl::get_result(query, owner).await.unwrap();
    found.number
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_moves_to_a_schema_and_back_while_its_people_work() {
    let product = Product::on_postgres().await;
    let config = product.config();
    let url = product.database_url().unwrap().to_owned();
    make_schema(config, "of_acme").await.unwrap();
    let members = product.app.authority.membership();
    let acme = members.named("acme").await.unwrap().unwrap().to_string();
    let globex = members.named("globex").await.unwrap().unwrap().to_string();
    notice(&product.app).await.unwrap();
    product.sql("UPDATE main.organisations SET plan = 'studio'").await;

    let (seen, is_over) = (Arc::new(Seen::default()), Arc::new(AtomicBool::new(false)));
    let mut people = Vec::new();
    for (email, slug, who, other) in [
        ("ada@acme.example", "acme", "Ada", "globex"),
        ("alan@acme.example", "acme", "Alan", "globex"),
        ("grace@globex.example", "globex", "Grace", "acme"),
    ] {
        let person = product.signed_in(email).await;
        people.push(works(person, slug, who, other, Arc::clone(&seen), Arc::clone(&is_over)));
    }

    let worker = tokio::spawn(Arc::clone(&product.app).work_on());

    let security = Manifest::read_from(config.data.join("tenancy.json")).unwrap();
    let relocation = Relocation::new(
        security,
        TenantKey::new(&acme).unwrap(),
        DatabaseAddress::new(url.clone()).unwrap(),
        OperatorConnection::new("moving"),
    )
    .options(Options::new());
    let mut owner = AsyncPgConnection::establish(&url).await.unwrap();
    let a_moment = Duration::from_millis(700);
    for (to, elsewhere, place) in [
        (Placement::Schema("of_acme".parse().unwrap()), "public", "schema of_acme"),
        (Placement::Shared, "of_acme", "shared tables"),
    ] {
        tokio::time::sleep(a_moment).await;
        let moved = relocation.run(&to).await.unwrap_or_else(|error| panic!("{error}"));
        println!("moved: {:?}", moved.stop);
        notice(&product.app).await.unwrap();
        tokio::time::sleep(a_moment).await;
        relocation.finish(Duration::ZERO).await.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(names(&mut owner, elsewhere, &acme).await, BTreeMap::new(), "nothing is left behind");
        // Two that look at the same time tell of it once.
        let (one, other) = tokio::join!(notice(&product.app), notice(&product.app));
        one.and(other).unwrap();

        // The operator's view, and the tenant's.
        let mut olga = product.signed_in("olga@saas.example").await;
        let console = olga.get("/operator").await.body;
        assert!(console.contains(place), "{console}");
        let audit = olga.get("/operator/audit").await.body;
        assert_eq!(audit.matches(&format!("→ {place}")).count(), 1, "{audit}");
        let mut ada = product.signed_in("ada@acme.example").await;
        let log = until_done(&seen, &mut ada, "/o/acme/log", None).await.body;
        assert_eq!(log.matches(&format!("to another place: {place}")).count(), 1, "{log}");
    }
    is_over.store(true, Ordering::SeqCst);
    let (mut of_acme, mut of_globex) = (Acknowledged::default(), Acknowledged::default());
    let mut given = [BTreeMap::new(), BTreeMap::new()];
    for (number, person) in people.into_iter().enumerate() {
        let done = person.await.unwrap();
        assert!(done.projects.len() > 5, "somebody worked: {}", done.projects.len());
        assert!(done.executions > 3, "agents worked: {}", done.executions);
        let of = if number < 2 { &mut of_acme } else { &mut of_globex };
        of.projects.extend(done.projects);
        of.executions += done.executions;
        let (slug, who) = [("acme", "Ada"), ("acme", "Alan"), ("globex", "Grace")][number];
        given[usize::from(number == 2)].insert(format!("task-of-{slug} of {who}"), done.executions);
    }

    // What was acknowledged is there, once, and nothing else.
    let once = |written: &[String]| written.iter().map(|name| (name.clone(), 1)).collect::<BTreeMap<_, _>>();
    assert_eq!(names(&mut owner, "public", &acme).await, once(&of_acme.projects));
    assert_eq!(names(&mut owner, "public", &globex).await, once(&of_globex.projects));

    // What agents were given is done, once, wherever it was begun: what failed on the way comes again.
    worker.abort();
    eventually(async || {
        product.sql("UPDATE main.jobs SET run_at = 0").await;
        product.app.work_through().await == 0
    })
    .await;
    assert_eq!(number(&mut owner, "SELECT count(*) FROM main.jobs").await, 0);
    for (tenant, given) in [&acme, &globex].into_iter().zip(given) {
        assert_eq!(executions(&mut owner, tenant).await, given);
    }
    for (slug, email, tenant, all) in [
        ("acme", "ada@acme.example", &acme, of_acme.executions),
        ("globex", "grace@globex.example", &globex, of_globex.executions),
    ] {
        // The plan's quota, the usage and the log have counted each of them, and none twice.
        let today = saas::clock::day(saas::clock::now());
        let usage =
            format!("SELECT executions FROM main.usage WHERE tenant_id = '{tenant}' AND day = {today}");
        assert_eq!(number(&mut owner, &usage).await, all, "{slug}");
        let page = product.signed_in(email).await.get(&format!("/o/{slug}/usage")).await.body;
        assert!(page.contains(&format!("<bdi>{all} of today")), "{slug}, {all}: {page}");
        for (what, exactly) in [("gave task-of-%", all), ("is done with task-of-%", all)] {
            let lines = format!(
                "SELECT count(*) FROM main.activity WHERE tenant_id = '{tenant}' AND what LIKE '{what}'"
            );
            assert_eq!(number(&mut owner, &lines).await, exactly, "{slug}: {what}");
        }
    }
    let mut grace = product.signed_in("grace@globex.example").await;
    let log = grace.get("/o/globex/log").await.body;
    assert!(!log.contains("to another place"), "{log}");
    let (answered, again) = (seen.answered.load(Ordering::SeqCst), seen.again.load(Ordering::SeqCst));
    let longest = seen.longest.load(Ordering::SeqCst);
    let (ours, theirs) = (of_acme.executions, of_globex.executions);
    println!(
        "{answered} answered, {again} told to come again, the longest wait {longest} ms; {ours} and {theirs} executions"
    );
}

/// In its schema an organisation has all that it had: everything is read, an agent is given a task, an export is made.
#[tokio::test(flavor = "multi_thread")]
async fn all_of_the_product_works_in_a_schema_of_ones_own() {
    let product = Product::on_postgres().await;
    let config = product.config();
    make_schema(config, "of_acme").await.unwrap();
    let tenant = product.app.authority.membership().named("acme").await.unwrap().unwrap();
    let scope = async || {
        let claimed = tenancy_diesel::Claimed::new(tenant);
        product.app.authority.admit(saas::model::SCHEDULER, claimed).await.unwrap()
    };
    let before = saas::model::everything(&product.app.db, &scope().await).await.unwrap();
    let security = Manifest::read_from(config.data.join("tenancy.json")).unwrap();
    let home = DatabaseAddress::new(product.database_url().unwrap().to_owned()).unwrap();
    let key = TenantKey::new(&tenant.to_string()).unwrap();
    let relocation = Relocation::new(security, key, home, OperatorConnection::new("moving"));
    let place = Placement::Schema("of_acme".parse().unwrap());
    relocation.run(&place).await.unwrap_or_else(|error| panic!("{error}"));
    relocation.finish(Duration::ZERO).await.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(saas::model::everything(&product.app.db, &scope().await).await.unwrap(), before);

    let mut ada = product.signed_in("ada@acme.example").await;
    let tasks = ada.get("/o/acme/tasks").await;
    let task = tasks.between("/o/acme/tasks/", '"');
    let agents = ada.get("/o/acme/agents").await;
    let agent = agents.between("/o/acme/agents/", '"');
    let given = ada.post(&format!("/o/acme/tasks/{task}/executions"), &[("agent_id", &agent)]).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.body);
    assert_eq!(ada.post("/o/acme/exports", &[]).await.status, StatusCode::SEE_OTHER);
    assert!(product.app.work_through().await >= 2);
    let page = ada.get(&format!("/o/acme/tasks/{task}")).await;
    assert!(page.body.contains("I looked at"), "{}", page.body);
    for path in ["", "/agents", "/projects", "/exports", "/members", "/settings", "/usage", "/log"] {
        let page = ada.get(&format!("/o/acme{path}")).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.body);
    }
    // The operator's reach is not shorter for it.
    let mut olga = product.signed_in("olga@saas.example").await;
    assert_eq!(ada.post("/o/acme/exports", &[]).await.status, StatusCode::SEE_OTHER);
    product.sql("UPDATE main.jobs SET attempts = 5, run_at = 0").await;
    assert_eq!(product.app.work_through().await, 0);
    assert!(ada.get("/o/acme/exports").await.body.contains("failed"));
    let dead = olga.get("/operator/jobs").await;
    let to = format!("/operator/tenants/{tenant}/jobs/");
    let to = format!("{to}{}", dead.between(&format!("action=\"{to}"), '"'));
    assert_eq!(olga.post(&to, &[("reason", "again")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(product.app.work_through().await, 1);
    assert!(!ada.get("/o/acme/exports").await.body.contains("failed"));
    let change = [("status", "suspended"), ("plan", "studio"), ("reason", "a bill is open")];
    assert_eq!(
        olga.post(&format!("/operator/tenants/{tenant}"), &change).await.status,
        StatusCode::SEE_OTHER
    );
    assert_eq!(ada.get("/o/acme").await.status, StatusCode::FORBIDDEN);
    let change = [("status", "active"), ("plan", "studio"), ("reason", "it is paid")];
    assert_eq!(
        olga.post(&format!("/operator/tenants/{tenant}"), &change).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(ada.get("/o/acme/log").await.body.contains("it is paid"));
}
