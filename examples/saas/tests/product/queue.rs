//! The queue: tried again, given up, and never done by two.

use std::process::Stdio;
use std::time::Duration;

use axum::http::StatusCode;
use diesel::QueryableByName;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, RunQueryDsl as _, SimpleAsyncConnection as _};
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
    product.sql("UPDATE jobs SET run_at = 0").await;
}

async fn fails_and_is_seen(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    // Where files are kept there is something else.
    let files = product.folder().join("files");
    std::fs::remove_dir_all(&files).unwrap();
    std::fs::write(&files, "in the way").unwrap();
    ada.post("/o/acme/exports", &[]).await;
    for attempt in 1..=5 {
        assert!(olga.get("/operator/jobs").await.body.contains("No job has failed"), "{attempt}");
        assert_eq!(product.app.work_through().await, 1, "{attempt}");
        assert_eq!(product.app.work_through().await, 0, "it is not tried again at once: {attempt}");
        if attempt < 5 {
            later(product).await;
        }
    }
    later(product).await;
    assert_eq!(product.app.work_through().await, 0, "it was given up");
    assert!(ada.get("/o/acme/exports").await.body.contains("waiting"));
    assert!(ada.get("/o/acme/log").await.body.contains("failed again and again"));

    let (acme, globex) = (product.tenant("acme").await, product.tenant("globex").await);
    assert_eq!(ada.get("/operator/jobs").await.status, StatusCode::NOT_FOUND);
    let dead = olga.get("/operator/jobs").await;
    assert!(dead.body.contains(&acme.to_string()) && dead.body.contains("answered 500"), "{}", dead.body);
    let to = dead.between(&format!("action=\"/operator/tenants/{acme}/jobs/"), '"');
    std::fs::remove_file(&files).unwrap();
    std::fs::create_dir(&files).unwrap();
    let again = |tenant| format!("/operator/tenants/{tenant}/jobs/{to}");
    let why = [("reason", "the disk is there again")];
    assert_eq!(ada.post(&again(acme), &why).await.status, StatusCode::NOT_FOUND);
    assert_eq!(olga.post(&again(globex), &why).await.status, StatusCode::NOT_FOUND);
    assert_eq!(olga.post(&again(acme), &[("reason", " ")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(product.app.work_through().await, 0);
    assert_eq!(olga.post(&again(acme), &why).await.status, StatusCode::SEE_OTHER);
    assert_eq!(product.app.work_through().await, 1);
    assert!(ada.get("/o/acme/exports").await.body.contains("Download"));
    assert!(olga.get("/operator/audit").await.body.contains("the disk is there again"));
}

#[tokio::test]
async fn f19_a_job_that_fails_is_tried_later_and_at_last_the_operators() {
    fails_and_is_seen(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f19_the_same_behind_the_sealed_wall_of_postgresql() {
    fails_and_is_seen(&Product::on_postgres().await).await;
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
    owner.batch_execute("BEGIN; SELECT 1 FROM jobs ORDER BY id LIMIT 1 FOR UPDATE").await.unwrap();
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
    assert_eq!(count(&mut owner, "jobs WHERE attempts = 1").await, 1);
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(product.app.work_through().await, 0, "nobody knows yet that the other one is dead");
    later(&product).await;
    assert_eq!(product.app.work_through().await, 1);
    assert!(ada.get(&task).await.body.contains("I looked at"));
    assert_eq!(count(&mut owner, "jobs").await, 0);
    assert_eq!(count(&mut owner, "executions WHERE status = 'done'").await, 1);
}
