//! Webhooks, over HTTP and into the database. L72, F21.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;
use tenancy_axum::Problem;
use tenancy_axum::webhooks::{Accounts, Once, Secrets, Signature, TableLog, Unverified, Webhook};
use tenancy_diesel::testing::RecordingSink;
use tenancy_diesel::{Authority, Decision, Membership};
use tenancy_pool::TenantPool;
use tenancy_pool::prelude::*;
use tenancy_tests::fixture::{ACME, GLOBEX};
use tenancy_tests::schema::agents;

use super::super::{Connection, Database, open};
use crate::http::{Answer, send, serve};

const SECRET: &str = "whsec_secret_of_the_tests";

/// Which tenants have connected the provider.
struct Connected;

impl Membership for Connected {
    type TenantId = i32;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, who: &str, tenant: &i32) -> Result<Decision, Infallible> {
        Ok(Decision::admit_if(who == "stripe" && *tenant == ACME))
    }
}

struct Mapped;

impl Accounts for Mapped {
    type TenantId = i32;
    type Error = Infallible;

    async fn tenant_of(&self, account: &str) -> Result<Option<i32>, Infallible> {
        Ok(match account {
            "acct_acme" => Some(ACME),
            // It has disconnected since.
            "acct_globex" => Some(GLOBEX),
            _ => None,
        })
    }
}

#[derive(serde::Deserialize)]
struct Event {
    account: String,
    name: String,
    agent: i32,
}

struct App {
    pool: TenantPool<Connection>,
    log: TableLog<Connection>,
    authority: Authority<Connected>,
    signature: Signature,
    failing: AtomicBool,
}

async fn hook(State(app): State<Arc<App>>, hook: Webhook<Unverified>) -> Result<&'static str, Problem> {
    let hook = hook.verify(&app.signature)?;
    let event: Event = hook.json()?;
    let Once::First(hook) = hook.once("stripe", &app.log).await? else { return Ok("again") };
    let hook = hook.admit(&app.authority, "stripe", &Mapped, &event.account).await?;
    if app.failing.load(Ordering::SeqCst) {
        return Err(Problem::conflict());
    }
    let new = (agents::id.eq(event.agent), agents::name.eq(event.name));
    app.pool
        .execute(hook.scope(), tenancy_diesel::insert_into(agents::table.scoped(hook.scope())).values(new))
        .await?;
    hook.done(&app.log).await?;
    Ok("handled")
}

async fn start() -> (SocketAddr, Database, Arc<App>, RecordingSink) {
    let (pool, database) = open().await;
    let sink = RecordingSink::new();
    let app = Arc::new(App {
        log: TableLog::new(pool.clone()),
        pool,
        authority: Authority::new(Connected).with_audit_sink(sink.clone()),
        signature: Signature::stripe(Secrets::rotating("whsec_the_next_secret", SECRET)).unwrap(),
        failing: AtomicBool::new(false),
    });
    (serve(Router::new().route("/hook", post(hook)).with_state(app.clone())).await, database, app, sink)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

fn signed(body: &str, secret: &str, time: u64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

async fn deliver(address: SocketAddr, body: &str, signature: &str) -> Answer {
    send(address, "POST", "/hook", &[("stripe-signature", signature)], body.to_owned()).await
}

fn event(id: &str, account: &str, agent: i32) -> String {
    json!({ "id": id, "account": account, "name": format!("agent {agent}"), "agent": agent }).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn l72_a_body_picks_its_tenant_after_its_signature_and_once() {
    let (address, database, _app, sink) = start().await;
    let before = database.agents().await;
    let body = event("evt_1", "acct_acme", 50);
    for signature in
        ["", "t=1", &signed(&body, "another secret of the same", now()), &signed(&body, SECRET, now() - 400)]
    {
        let answer = deliver(address, &body, signature).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.contains("the signature is not good")),
            (400, true),
            "{answer:?}"
        );
    }
    assert_eq!(
        (database.agents().await, sink.events().len()),
        (before.clone(), 0),
        "nobody was asked for anything"
    );
    assert_eq!(database.lines("SELECT event_id AS line FROM tenancy_webhook_events").await, [""; 0]);

    assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.body, "handled");
    assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.body, "again");
    assert_eq!(deliver(address, &body, &signed(&body, "whsec_the_next_secret", now())).await.body, "again");
    let mut after = before;
    after.push(format!("{ACME}:50:agent 50"));
    after.sort();
    assert_eq!(database.agents().await, after);

    // An account that is nobody's, and one whose tenant did not let the provider in.
    for (id, account) in [("evt_2", "acct_nobody"), ("evt_3", "acct_globex")] {
        let body = event(id, account, 51);
        assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.status, 404, "{account}");
    }
    assert_eq!(database.agents().await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn f21_of_many_at_once_one_is_handled_and_what_failed_is_handled_later() {
    let (address, database, app, _sink) = start().await;
    let body = event("evt_1", "acct_acme", 50);
    let signature = signed(&body, SECRET, now());
    let answers = futures_util::future::join_all((0..12).map(|_| deliver(address, &body, &signature))).await;
    let handled = answers.iter().filter(|answer| answer.body == "handled").count();
    let later = answers
        .iter()
        .filter(|answer| answer.status == 503 || answer.body == "again" || answer.status == 429)
        .count();
    assert_eq!((handled, later), (1, 11), "{answers:?}");
    assert_eq!(database.agents().await.iter().filter(|agent| agent.ends_with("agent 50")).count(), 1);

    app.failing.store(true, Ordering::SeqCst);
    let body = event("evt_2", "acct_acme", 52);
    assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.status, 409);
    app.failing.store(false, Ordering::SeqCst);
    let early = deliver(address, &body, &signed(&body, SECRET, now())).await;
    assert_eq!(
        (early.status.as_u16(), early.header("retry-after").as_str()),
        (503, "60"),
        "the first may still be at it"
    );
    database.run("UPDATE tenancy_webhook_events SET leased_until = 1 WHERE event_id = 'evt_2'").await;
    assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.body, "handled");
    assert_eq!(deliver(address, &body, &signed(&body, SECRET, now())).await.body, "again");
}
