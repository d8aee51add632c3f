//! Fifty tenants at once on PostgreSQL, while connections are killed, one tenant's statements take long, a table is locked, clients hang up, Redis goes and
//! comes, and some ask for more than their limit: every answer is its tenant's, a refusal says what it is and is nobody else's, and afterwards nothing is
//! lost, and all figures are right.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::{Method, StatusCode};
use diesel::QueryableByName;
use diesel::sql_types::{BigInt, Text};
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::client::{Answer, Person, Product};
use crate::redis::{Redis, eventually};

const TENANTS: usize = 50;

/// How many executions the plan of every second tenant has in a day.
const OF_FREE: usize = 5;

/// Who ask for exports at once, again and again, and how many: more than anybody may have. All others ask for two in all.
const GREEDY: [usize; 3] = [3, 22, 41];
const AT_ONCE: usize = 14;

/// How long: `SAAS_LOAD_SECONDS`, or ten.
fn time() -> Duration {
    Duration::from_secs(
        std::env::var("SAAS_LOAD_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(10),
    )
}

fn slug(number: usize) -> String {
    format!("tenant{number:03}")
}

/// Fifty organisations, each with an agent whose name is its own, as many tasks as no other one has, and one person who is in all of them: who is nobody's
/// stranger can be shown anything by a mistake.
async fn fill(owner: &mut AsyncPgConnection, user: &str) {
    let mut sql = String::new();
    for number in 0..TENANTS {
        let (tenant, slug, tasks) = (tenancy_diesel::TenantId::new(), slug(number), number + 1);
        let plan = if number % 2 == 0 { "studio" } else { "free" };
        sql += &format!(
            "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ('{tenant}', 'active', 'shared');
             INSERT INTO main.organisations VALUES ('{tenant}', '{slug}', 'Tenant {number:03}', '{plan}', 'active', 'account-{number}', 0);
             INSERT INTO main.memberships VALUES ('{tenant}', '{user}', '{slug}', 'Ada', '', 'owner', NULL);
             INSERT INTO main.memberships VALUES ('{tenant}', 'scheduler', '{slug}', 'scheduler', '', 'service', NULL);
             INSERT INTO agents VALUES ('{tenant}', 'agent', 'only-of-{slug}', '', 0);
             INSERT INTO projects VALUES ('{tenant}', 'project', 'project', 0);
             INSERT INTO tasks SELECT '{tenant}', 'task' || n, 'project', NULL, NULL, 'a task of {slug}', '', 'open', 0 FROM generate_series(1, {tasks}) AS n;"
        );
    }
    owner.batch_execute(&sql).await.unwrap();
    // What the first tenant writes takes long.
    let slow = "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.5); RETURN NEW; END';
        DO $$ BEGIN EXECUTE format('CREATE TRIGGER slow BEFORE INSERT ON projects FOR EACH ROW WHEN (NEW.tenant_id = %L) EXECUTE FUNCTION slow()',
            (SELECT id FROM main.organisations WHERE slug = 'tenant000')); END $$";
    owner.batch_execute(slow).await.unwrap();
}

/// Keeps everybody's new projects waiting, again and again.
async fn lock(mut owner: AsyncPgConnection, is_over: Arc<AtomicBool>) {
    owner.batch_execute("SET application_name = 'lock'").await.unwrap();
    while !is_over.load(Ordering::SeqCst) {
        let held = "BEGIN; LOCK TABLE projects IN SHARE MODE; SELECT pg_sleep(0.2); COMMIT";
        owner.batch_execute(held).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
}

async fn kill_connections(mut owner: AsyncPgConnection, is_over: Arc<AtomicBool>) {
    while !is_over.load(Ordering::SeqCst) {
        let kill = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name <> 'lock' ORDER BY random() LIMIT 2";
        owner.batch_execute(kill).await.unwrap();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Ends Redis in the middle of everything, and starts another one with nothing in it. Returns the last one, and how many there were.
async fn kill_redis(url: String, first: Redis, is_over: Arc<AtomicBool>) -> (Redis, usize) {
    let (mut redis, mut lives) = (first, 1);
    while !is_over.load(Ordering::SeqCst) {
        tokio::time::sleep(Duration::from_millis(1500)).await;
        drop(redis);
        tokio::time::sleep(Duration::from_millis(700)).await;
        redis = Redis::start(&url);
        lives += 1;
    }
    (redis, lives)
}

/// What one tenant's person has met.
#[derive(Default)]
struct Met {
    answered: usize,
    /// By the status.
    refused: BTreeMap<u16, usize>,
    projects: usize,
    executions: usize,
    /// Executions of which nobody can say whether they began: the answer was lost, or came after it.
    unclear: usize,
    exports: usize,
    unclear_exports: usize,
    /// Exports that were refused because there had been too many.
    too_many: usize,
    /// A program is told the same, as a problem of JSON.
    is_told_as_program: bool,
}

impl Met {
    /// Whether it is what was asked for. Anything else says what it is, and has nothing of anybody's in it.
    fn is_good(&mut self, answer: &Answer, good: StatusCode) -> bool {
        if answer.status == good {
            self.answered += 1;
            return true;
        }
        let words = match answer.status {
            StatusCode::TOO_MANY_REQUESTS => "That is all for now",
            StatusCode::SERVICE_UNAVAILABLE => "One moment",
            other => panic!("{other}: {}", answer.body),
        };
        assert!(answer.body.contains(words), "{}", answer.body);
        assert!(answer.retry_after.is_some(), "it says when to come again: {}", answer.body);
        assert!(!answer.body.contains("only-of-") && !answer.body.contains("Tenant 0"), "{}", answer.body);
        *self.refused.entry(answer.status.as_u16()).or_default() += 1;
        false
    }
}

/// Works for one tenant until the time is over.
async fn work(person: &mut Person, number: usize, until: Instant) -> Met {
    let (slug, mut met) = (slug(number), Met::default());
    let own = format!("only-of-{slug}");
    while Instant::now() < until {
        let agents = person.get(&format!("/o/{slug}/agents")).await;
        if met.is_good(&agents, StatusCode::OK) {
            assert!(agents.body.contains(&own), "{}", agents.body);
            assert_eq!(agents.body.matches("only-of-").count(), 1, "{}", agents.body);
        }
        // Figures of Redis, or of the database: of no other one.
        let figures = person.get(&format!("/o/{slug}")).await;
        if met.is_good(&figures, StatusCode::OK) {
            let tasks = format!("<b>{}</b>tasks to do", number + 1);
            assert!(figures.body.contains(&tasks), "{tasks}: {}", figures.body);
            assert!(figures.body.contains(&format!("Tenant {number:03}")), "{}", figures.body);
        }
        if met.projects < 5 {
            let name = format!("project {}", met.projects);
            let made = person.post(&format!("/o/{slug}/projects"), &[("name", &name)]).await;
            met.projects += usize::from(met.is_good(&made, StatusCode::SEE_OTHER));
        }
        let begun = person.post(&format!("/o/{slug}/tasks/task1/executions"), &[("agent_id", "agent")]).await;
        if met.is_good(&begun, StatusCode::SEE_OTHER) {
            met.executions += 1;
        } else if begun.status == StatusCode::SERVICE_UNAVAILABLE {
            met.unclear += 1;
        }
        let wanted = match GREEDY.contains(&number) {
            true => AT_ONCE,
            false => usize::from(met.exports + met.unclear_exports < 2),
        };
        let mut tabs: Vec<Person> = (0..wanted).map(|_| person.another_tab()).collect();
        let exports = format!("/o/{slug}/exports");
        for asked in join_all(tabs.iter_mut().map(|tab| tab.post(&exports, &[]))).await {
            if met.is_good(&asked, StatusCode::SEE_OTHER) {
                met.exports += 1;
            } else if asked.status == StatusCode::TOO_MANY_REQUESTS {
                assert!(GREEDY.contains(&number), "{slug} has asked for {} in all", met.exports);
                // Six a minute: the next one is ten seconds away at most.
                assert!((1..=10).contains(&asked.retry_after.unwrap()), "{:?}", asked.retry_after);
                met.too_many += 1;
            } else {
                met.unclear_exports += 1;
            }
        }
        if met.too_many > 0 && !met.is_told_as_program {
            let asked = person.send(Method::POST, &exports, None, &[("accept", "application/json")]).await;
            if asked.status == StatusCode::TOO_MANY_REQUESTS {
                let problem: Value = serde_json::from_str(&asked.body).unwrap();
                assert_eq!(
                    (&problem["status"], &problem["title"]),
                    (&json!(429), &json!("Too Many Requests"))
                );
                assert!(asked.retry_after.is_some(), "{problem}");
                met.is_told_as_program = true;
            } else {
                met.unclear_exports += 1;
            }
        }
        // A client that hangs up in the middle.
        let path = format!("/o/{slug}");
        let _ = tokio::time::timeout(Duration::from_millis(3), person.get(&path)).await;
    }
    met
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = BigInt)]
    executions: i64,
    #[diesel(sql_type = BigInt)]
    done: i64,
    #[diesel(sql_type = BigInt)]
    counted: i64,
    #[diesel(sql_type = BigInt)]
    jobs: i64,
    #[diesel(sql_type = BigInt)]
    crossed: i64,
    #[diesel(sql_type = BigInt)]
    exports: i64,
    #[diesel(sql_type = BigInt)]
    exported: i64,
}

/// What the database has of each tenant's executions: all, done, counted for its usage, still in the queue, and about what is another's; and of its exports, all
/// and done.
const COUNTED: &str = "SELECT o.slug, count(x.id) AS executions, count(x.id) FILTER (WHERE x.status = 'done') AS done,
    (SELECT coalesce(sum(u.executions), 0)::bigint FROM main.usage u WHERE u.tenant_id = o.id) AS counted,
    (SELECT count(*) FROM main.jobs j WHERE j.tenant_id = o.id) AS jobs,
    count(x.id) FILTER (WHERE x.status = 'done' AND x.output NOT LIKE '%“a task of ' || o.slug || '”%') AS crossed,
    (SELECT count(*) FROM exports e WHERE e.tenant_id = o.id) AS exports,
    (SELECT count(*) FROM exports e WHERE e.tenant_id = o.id AND e.status = 'done') AS exported
    FROM main.organisations o LEFT JOIN executions x ON x.tenant_id = o.id WHERE o.slug LIKE 'tenant%' GROUP BY o.id, o.slug";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes as long as one says: cargo test -p saas --test product load -- --ignored"]
async fn every_answer_is_its_tenants_while_connections_and_redis_are_killed_and_statements_take_long() {
    // What nobody has foreseen is in the test's output.
    let _ =
        tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::ERROR).try_init();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("redis://127.0.0.1:{port}/");
    let redis = Redis::start(&url);
    eventually(async || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok()).await;
    let database = tenancy_tests::server::fresh_postgres_database("saas");
    let product = Product::made(|config| {
        config.database_url = Some(database.clone());
        config.redis_url = Some(url.clone());
    })
    .await;
    let connect = async || AsyncPgConnection::establish(&database).await.unwrap();
    let mut owner = connect().await;
    fill(&mut owner, &product.id_of("ada@acme.example").await).await;
    let ada = product.signed_in("ada@acme.example").await;

    let is_over = Arc::new(AtomicBool::new(false));
    let locker = tokio::spawn(lock(connect().await, Arc::clone(&is_over)));
    let killer = tokio::spawn(kill_connections(connect().await, Arc::clone(&is_over)));
    let redis = tokio::spawn(kill_redis(url, redis, Arc::clone(&is_over)));
    // Two workers, which are hit as well.
    let queue = [(); 2].map(|()| tokio::spawn(Arc::clone(&product.app).work_on()));
    let until = Instant::now() + time();
    let people: Vec<JoinHandle<(Person, Met)>> = (0..TENANTS)
        .map(|number| {
            let mut person = product.stranger();
            person.cookie.clone_from(&ada.cookie);
            tokio::spawn(async move {
                let met = work(&mut person, number, until).await;
                (person, met)
            })
        })
        .collect();
    let mut done = Vec::new();
    for person in people {
        done.push(person.await.unwrap());
    }
    is_over.store(true, Ordering::SeqCst);
    killer.await.unwrap();
    locker.await.unwrap();
    let (_redis, lives) = redis.await.unwrap();
    queue.iter().for_each(JoinHandle::abort);
    // What workers died of comes again, and nothing is left in the queue.
    eventually(async || {
        product.sql("UPDATE main.jobs SET run_at = 0").await;
        product.app.work_through().await == 0
    })
    .await;

    let counted: Vec<Counted> =
        diesel_async::RunQueryDsl::load(diesel::sql_query(COUNTED), &mut connect().await).await.unwrap();
    let counted: BTreeMap<String, Counted> = counted.into_iter().map(|one| (one.slug.clone(), one)).collect();
    let (mut answered, mut too_many, mut told_as_program) = (0, 0, 0);
    let mut refused = BTreeMap::<u16, usize>::new();
    for (number, (mut person, met)) in done.into_iter().enumerate() {
        let slug = slug(number);
        let Counted { executions, done, counted, jobs, crossed, exports, exported, .. } = counted[&slug];
        assert_eq!((executions, executions, 0, 0), (done, counted, jobs, crossed), "{slug}");
        assert_eq!(exports, exported, "{slug}");
        let possible = met.exports..=met.exports + met.unclear_exports;
        assert!(possible.contains(&usize::try_from(exports).unwrap()), "{slug}: {exports} of {possible:?}");
        // Whoever asked for too much was told so, and has all the rest; nobody else was told.
        assert_eq!(met.too_many > 0, GREEDY.contains(&number), "{slug}: {}", met.too_many);
        assert!(met.exports <= AT_ONCE * lives && met.answered > met.exports, "{slug}: {}", met.answered);
        too_many += met.too_many;
        told_as_program += usize::from(met.is_told_as_program);
        // What was acknowledged is there, and nothing that nobody asked for.
        let executions = usize::try_from(executions).unwrap();
        let possible = met.executions..=met.executions + met.unclear;
        assert!(possible.contains(&executions), "{slug}: {executions} of {possible:?}");
        // A Redis that begins with nothing begins to count anew.
        assert!(number % 2 == 0 || executions <= OF_FREE * lives, "{slug}: {executions} in {lives} lives");
        let page = person.get(&format!("/o/{slug}/projects")).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.body);
        for project in 0..met.projects {
            assert!(page.body.contains(&format!("project {project}")), "{slug}: {}", page.body);
        }
        // Whoever looks has the figures of now: those that are kept are half a minute old at most.
        let figures = [format!("<b>{}</b>tasks to do", number + 1), format!("<b>{executions}</b>executions")];
        eventually(async || {
            let page = person.get(&format!("/o/{slug}")).await.body;
            figures.iter().all(|figure| page.contains(figure))
        })
        .await;
        answered += met.answered;
        met.refused.into_iter().for_each(|(status, times)| *refused.entry(status).or_default() += times);
    }
    println!(
        "{answered} answered, refused by status: {refused:?}, {too_many} of them for too many exports, {lives} lives of Redis, none crossed"
    );
    assert!(answered > TENANTS && lives > 2, "{answered}, {refused:?}, {lives}");
    assert!(told_as_program > 0, "no program has met the limit");
    assert!(refused.contains_key(&503), "nothing was in anybody's way: {refused:?}");
}
