//! Limits and figures in Redis, which several processes share, and which goes and comes. F14, F29.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use axum::http::StatusCode;
use tenancy_tests::server::{FreshRedis, fresh_redis};

use crate::client::{Answer, Person, Product};

async fn product(redis: &FreshRedis) -> Product {
    let url = redis.url().to_owned();
    Product::made(|config| config.redis_url = Some(url)).await
}

/// Gives the first task of an organisation to its first agent.
async fn execute(person: &mut Person, slug: &str) -> Answer {
    let tasks = person.get(&format!("/o/{slug}/tasks")).await;
    let task = format!("/o/{slug}/tasks/{}", tasks.between(&format!("/o/{slug}/tasks/"), '"'));
    let page = person.get(&task).await;
    let select = page.body.split("name=\"agent_id\"").nth(1).unwrap();
    let agent = select.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    person.post(&format!("{task}/executions"), &[("agent_id", &agent)]).await
}

/// Tries until it is so. How long Redis takes to be there again is nobody's promise.
pub async fn eventually(mut is_so: impl AsyncFnMut() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it is not so after a minute");
}

#[tokio::test(flavor = "multi_thread")]
async fn f14_processes_share_limits_and_figures_and_organisations_do_not() {
    let Some(redis) = fresh_redis() else { return };
    let product = product(&redis).await;
    let other = product.another().await;
    let mut grace = product.signed_in("grace@globex.example").await;
    let mut grace_elsewhere = other.signed_in("grace@globex.example").await;
    let mut ada = other.signed_in("ada@acme.example").await;
    for number in 0..5 {
        let person = if number % 2 == 0 { &mut grace } else { &mut grace_elsewhere };
        assert_eq!(execute(person, "globex").await.status, StatusCode::SEE_OTHER, "{number}");
    }
    for person in [&mut grace, &mut grace_elsewhere] {
        let sixth = execute(person, "globex").await;
        assert_eq!(sixth.status, StatusCode::TOO_MANY_REQUESTS, "{}", sixth.body);
    }
    assert_eq!(execute(&mut ada, "acme").await.status, StatusCode::SEE_OTHER);

    // What one process has counted, another one shows, and only of this organisation.
    assert!(grace.get("/o/globex").await.body.contains("<b>1</b>of "));
    product.sql("DELETE FROM agents WHERE name LIKE '%Globex'").await;
    assert!(grace_elsewhere.get("/o/globex").await.body.contains("<b>1</b>of "), "it is from Redis");
    let acmes = ada.get("/o/acme").await;
    assert!(
        acmes.body.contains("<b>1</b>of 50 agents") && acmes.body.contains("<b>76</b>executions"),
        "{}",
        acmes.body
    );
}

/// Nothing is allowed that cannot be counted, and figures are asked of the database.
#[tokio::test(flavor = "multi_thread")]
async fn f29_redis_goes_and_comes() {
    let Some(redis) = fresh_redis() else { return };
    let product = product(&redis).await;
    let mut ada = product.signed_in("ada@acme.example").await;
    assert!(ada.get("/o/acme").await.body.contains("<b>1</b>of "));

    redis.signal("STOP");
    refused_and_degraded(&mut ada, "Two").await;
    redis.signal("CONT");
    eventually(async || execute(&mut ada, "acme").await.status == StatusCode::SEE_OTHER).await;

    // Its process ends, and another one begins with nothing.
    let url = redis.url().to_owned();
    drop(redis);
    refused_and_degraded(&mut ada, "Three").await;
    let _again = Redis::start(&url);
    eventually(async || execute(&mut ada, "acme").await.status == StatusCode::SEE_OTHER).await;
    assert!(ada.get("/o/acme").await.body.contains("<b>3</b>of "));
    let mut grace = product.signed_in("grace@globex.example").await;
    assert!(grace.get("/o/globex").await.body.contains("<b>1</b>of "));
}

async fn refused_and_degraded(ada: &mut Person, name: &str) {
    let refused = execute(ada, "acme").await;
    assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE, "{}", refused.body);
    assert!(refused.body.contains("One moment"), "{}", refused.body);
    let before = ada.get("/o/acme").await;
    assert_eq!(before.status, StatusCode::OK, "{}", before.body);
    // Nobody sees the figures of before: they are not there.
    let added = ada.post("/o/acme/agents", &[("name", name)]).await;
    assert_eq!(added.status, StatusCode::SEE_OTHER, "{}", added.body);
    let agents = ada.get("/o/acme/agents").await.body.matches("/o/acme/agents/").count();
    assert!(ada.get("/o/acme").await.body.contains(&format!("<b>{agents}</b>of ")), "{agents}");
}

/// A server of a test's own. It ends with this value, at once and with all that it had.
pub struct Redis(Child);

impl Redis {
    /// At an address where one was before, or where nobody is.
    pub fn start(url: &str) -> Self {
        let port = url.trim_end_matches('/').rsplit(':').next().unwrap();
        let mut server = Command::new("redis-server");
        server.args(["--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no"]);
        Self(server.stdout(Stdio::null()).spawn().expect("redis-server is installed"))
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
