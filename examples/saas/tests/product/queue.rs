//! The queue: tried again, given up, and never done by two.

use std::process::Stdio;
use std::time::Duration;

use axum::http::StatusCode;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
use saas::clock;
use tokio::process::Command;
use tokio::time::timeout;

use crate::client::{Person, Product};

/// The address of a task of Acme's, to which its agent was set.
async fn started(ada: &mut Person) -> String {
    let tasks = ada.get("/o/acme/tasks").await;
    let task = format!("/o/acme/tasks/{}", tasks.between("/o/acme/tasks/", '"'));
    let page = ada.get(&task).await;
    let select = page.body.split("name=\"agent_id\"").nth(1).unwrap();
    let agent = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let started = ada.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await;
    assert_eq!(started.status, StatusCode::SEE_OTHER, "{}", started.body);
    task
}

/// All that waits is due now: the clock went on.
async fn later(product: &Product) {
    product.sql("UPDATE main.jobs SET run_at = 0").await;
}

/// Where files are kept there is something else.
fn break_disk(product: &Product) {
    let files = product.folder().join("files");
    std::fs::remove_dir_all(&files).unwrap();
    std::fs::write(&files, "in the way").unwrap();
}

fn mend_disk(product: &Product) {
    let files = product.folder().join("files");
    std::fs::remove_file(&files).unwrap();
    std::fs::create_dir(&files).unwrap();
}

/// An export of Acme's that fails until it is given up.
async fn given_up(product: &Product, ada: &mut Person, olga: &mut Person) {
    break_disk(product);
    assert_eq!(ada.post("/o/acme/exports", &[]).await.status, StatusCode::SEE_OTHER);
    for attempt in 1..=5 {
        assert!(olga.get("/operator/jobs").await.body.contains("No job has failed"), "{attempt}");
        assert!(ada.get("/o/acme/exports").await.body.contains("waiting"), "{attempt}");
        let before = clock::now();
        assert_eq!(product.app.work_through().await, 1, "{attempt}");
        let due = product.counted("SELECT error AS name, run_at AS number FROM main.jobs").await[0].1;
        // Later each time; after the last one it is given up at once.
        let pause = [10, 40, 160, 640].get(attempt - 1);
        let is_later = pause.is_none_or(|pause| (before + pause..=clock::now() + pause).contains(&due));
        assert!(is_later, "{attempt}: {}", due - before);
        assert_eq!(product.app.work_through().await, 0, "it is not tried again at once: {attempt}");
        if attempt < 5 {
            later(product).await;
        }
    }
    later(product).await;
    assert_eq!(product.app.work_through().await, 0, "it was given up");
}

/// Both see it, and each can have it tried again.
async fn fails_and_is_seen(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    given_up(product, &mut ada, &mut olga).await;
    let exports = ada.get("/o/acme/exports").await;
    assert!(exports.body.contains("failed") && !exports.body.contains("waiting"), "{}", exports.body);
    let export = exports.between("action=\"/o/acme/exports/", '"');
    assert_eq!(ada.get(&format!("/o/acme/exports/{export}")).await.status, StatusCode::NOT_FOUND);
    let log = ada.get("/o/acme/log").await.body;
    assert_eq!(log.matches("failed again and again").count(), 1, "{log}");

    // The operator.
    let (acme, globex) = (product.tenant("acme").await, product.tenant("globex").await);
    assert_eq!(ada.get("/operator/jobs").await.status, StatusCode::NOT_FOUND);
    let dead = olga.get("/operator/jobs").await;
    assert!(dead.body.contains(&acme.to_string()) && dead.body.contains("answered 500"), "{}", dead.body);
    let to = dead.between(&format!("action=\"/operator/tenants/{acme}/jobs/"), '"');
    let again = |tenant| format!("/operator/tenants/{tenant}/jobs/{to}");
    let why = [("reason", "the disk is changed")];
    assert_eq!(ada.post(&again(acme), &why).await.status, StatusCode::NOT_FOUND);
    assert_eq!(olga.post(&again(globex), &why).await.status, StatusCode::SEE_OTHER, "it is none of theirs");
    assert_eq!(olga.post(&again(acme), &[("reason", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(product.app.work_through().await, 0);
    assert_eq!(olga.post(&again(acme), &why).await.status, StatusCode::SEE_OTHER);
    assert_eq!(product.app.work_through().await, 1);
    let exports = ada.get("/o/acme/exports").await;
    assert!(exports.body.contains("waiting") && !exports.body.contains("failed"), "{}", exports.body);
    mend_disk(product);
    later(product).await;
    assert_eq!(product.app.work_through().await, 1);
    assert!(ada.get("/o/acme/exports").await.body.contains("Download"));
    assert!(olga.get("/operator/audit").await.body.contains("the disk is changed"));

    // Whoever asked.
    given_up(product, &mut ada, &mut olga).await;
    mend_disk(product);
    let mut grace = product.signed_in("grace@globex.example").await;
    let export = ada.get("/o/acme/exports").await.between("action=\"/o/acme/exports/", '"');
    let foreign = grace.post(&format!("/o/globex/exports/{export}"), &[]).await;
    assert_eq!(foreign.status, StatusCode::NOT_FOUND);
    // The second time from another tab, which shows what was.
    for _ in 0..2 {
        let again = ada.post(&format!("/o/acme/exports/{export}"), &[]).await;
        assert_eq!((again.status, again.location.as_str()), (StatusCode::SEE_OTHER, "/o/acme/exports"));
        assert!(ada.get("/o/acme/exports").await.body.contains("waiting"));
        assert!(olga.get("/operator/jobs").await.body.contains("No job has failed"));
    }
    assert_eq!(product.app.work_through().await, 1);
    let exports = ada.get("/o/acme/exports").await;
    assert_eq!(exports.body.matches("Download").count(), 2, "{}", exports.body);
    assert!(!exports.body.contains("failed"), "{}", exports.body);
}

#[tokio::test]
async fn f19_a_job_that_fails_is_tried_later_and_at_last_the_operators() {
    fails_and_is_seen(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_the_same_behind_the_sealed_wall_of_postgresql() {
    fails_and_is_seen(&Product::on_postgres().await).await;
}

/// Workers that die say nothing: what was tried as often as that is given up all the same.
async fn dies_each_time(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    let task = started(&mut ada).await;
    assert_eq!(ada.post("/o/acme/exports", &[]).await.status, StatusCode::SEE_OTHER);
    product.sql("UPDATE main.jobs SET attempts = 5, run_at = 0").await;
    assert_eq!(product.app.work_through().await, 0);
    for page in [ada.get(&task).await, ada.get("/o/acme/exports").await] {
        assert!(page.body.contains("failed") && !page.body.contains("waiting"), "{}", page.body);
    }
    let acme = product.tenant("acme").await;
    for left in [2, 1] {
        let dead = olga.get("/operator/jobs").await;
        assert_eq!(dead.body.matches("Whoever was at it ended each time.").count(), left, "{}", dead.body);
        let job = dead.between(&format!("action=\"/operator/tenants/{acme}/jobs/"), '"');
        olga.post(&format!("/operator/tenants/{acme}/jobs/{job}"), &[("reason", "they live")]).await;
        assert_eq!(product.app.work_through().await, 1);
    }
    assert!(ada.get(&task).await.body.contains("I looked at"));
    assert!(ada.get("/o/acme/exports").await.body.contains("Download"));
}

#[tokio::test]
async fn f19_what_workers_die_of_is_given_up_and_says_so() {
    dies_each_time(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_what_workers_die_of_is_given_up_on_postgresql_as_well() {
    dies_each_time(&Product::on_postgres().await).await;
}

/// A job that cannot be put into the queue leaves nothing behind: no export that waits for ever, no execution, nothing counted.
#[tokio::test(flavor = "multi_thread")]
async fn f19_a_job_and_what_it_is_about_are_there_together_or_not_at_all() {
    let on_sqlite = "CREATE TRIGGER no_room BEFORE INSERT ON jobs BEGIN SELECT RAISE(ABORT, 'full'); END";
    let on_postgres =
        "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''full''; END';
        CREATE TRIGGER no_room BEFORE INSERT ON main.jobs FOR EACH ROW EXECUTE FUNCTION no_room()";
    for (product, full) in
        [(Product::on_sqlite().await, on_sqlite), (Product::on_postgres().await, on_postgres)]
    {
        let mut ada = product.signed_in("ada@acme.example").await;
        let tasks = ada.get("/o/acme/tasks").await;
        let task = format!("/o/acme/tasks/{}", tasks.between("/o/acme/tasks/", '"'));
        let page = ada.get(&task).await;
        let select = page.body.split("name=\"agent_id\"").nth(1).unwrap();
        let agent = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        product.sql(full).await;
        let refused = [
            ada.post("/o/acme/exports", &[]).await,
            ada.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await,
        ];
        for refused in refused {
            assert_eq!(refused.status, StatusCode::INTERNAL_SERVER_ERROR, "{}", refused.body);
            assert!(!refused.body.contains("full"), "{}", refused.body);
        }
        assert!(ada.get("/o/acme/exports").await.body.contains("Nothing was exported yet."));
        assert!(ada.get(&task).await.body.contains("No agent was here yet."));
        let usage = ada.get("/o/acme/usage").await;
        assert!(usage.body.contains("<bdi>0 of today"), "what was spent is given back: {}", usage.body);
        assert!(!ada.get("/o/acme/log").await.body.contains("asked for"));
    }
}

/// Many at once, in two processes: each job is done once.
#[tokio::test(flavor = "multi_thread")]
async fn f19_two_workers_share_what_there_is() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        let other = product.another().await;
        let mut ada = product.signed_in("ada@acme.example").await;
        for _ in 0..8 {
            started(&mut ada).await;
        }
        let (one, two) = tokio::join!(product.app.work_through(), other.app.work_through());
        assert_eq!(one + two, 8, "{one}, {two}");
        let log = ada.get("/o/acme/log").await;
        assert_eq!(log.body.matches("is done with").count(), 8, "{}", log.body);
    }
}

/// A job that somebody is about to take holds nobody up.
#[tokio::test(flavor = "multi_thread")]
async fn f19_of_two_jobs_the_one_that_is_free_is_taken() {
    let product = Product::on_postgres().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    started(&mut ada).await;
    ada.post("/o/acme/exports", &[]).await;
    let mut owner = AsyncPgConnection::establish(product.database_url().unwrap()).await.unwrap();
    owner.batch_execute("BEGIN; SELECT 1 FROM main.jobs ORDER BY id LIMIT 1 FOR UPDATE").await.unwrap();
    let worked = timeout(Duration::from_secs(30), product.app.work_through()).await;
    assert_eq!(worked.expect("it waits for a job that another one has"), 1);
    assert!(ada.get("/o/acme/exports").await.body.contains("Download"));
    owner.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(product.app.work_through().await, 1);
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

async fn count(connection: &mut AsyncPgConnection, what: &str) -> i64 {
    let counted = diesel::sql_query(format!("SELECT count(*) AS number FROM {what}"));
    counted.get_result::<Counted>(connection).await.unwrap().number
}

/// The program itself, killed while it does a job.
#[tokio::test(flavor = "multi_thread")]
async fn f19_the_job_of_a_worker_that_is_killed_comes_again() {
    let product = Product::on_postgres().await;
    let mut ada = product.signed_in("ada@acme.example").await;
    let task = started(&mut ada).await;
    let url = product.database_url().unwrap();
    let mut holder = AsyncPgConnection::establish(url).await.unwrap();
    let mut owner = AsyncPgConnection::establish(url).await.unwrap();
    // In the middle it waits for this row.
    holder.batch_execute("BEGIN; SELECT 1 FROM executions FOR UPDATE").await.unwrap();
    let mut worker = Command::new(env!("CARGO_BIN_EXE_saas"))
        .env("DATABASE_URL", url)
        .env("SAAS_DATA", product.folder())
        .env("SAAS_ADDRESS", "127.0.0.1:0")
        .env("SAAS_ACCEPT_OLD_SERVER", "1")
        .env_remove("REDIS_URL")
        .env_remove("S3_URL")
        .stdout(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let waits = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let is_in_the_middle = timeout(Duration::from_secs(60), async {
        while count(&mut owner, waits).await == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    is_in_the_middle.await.expect("the worker takes the job");
    worker.kill().await.unwrap();
    assert_eq!(count(&mut owner, "main.jobs WHERE attempts = 1").await, 1);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(product.app.work_through().await, 0, "nobody knows yet that the other one is dead");
    later(&product).await;
    assert_eq!(product.app.work_through().await, 1);
    assert!(ada.get(&task).await.body.contains("I looked at"));
    assert_eq!(count(&mut owner, "main.jobs").await, 0);
    assert_eq!(count(&mut owner, "executions WHERE status = 'done'").await, 1);
}
