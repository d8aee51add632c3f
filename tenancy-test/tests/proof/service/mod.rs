//! A shop of agents and canvases, for the tenants of its hosts; with at most one hole.
//!
//! Beside its rows it answers what real services do: request ids, times, what is left of a limit, ids that are drawn, and now and
//! then 429.

mod agents;
mod canvases;
mod edges;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::hole::Hole;

#[derive(Debug, Clone, PartialEq)]
struct Agent {
    tenant: u32,
    id: u32,
    name: String,
    manager: Option<u32>,
}

#[derive(Debug, Clone, PartialEq)]
struct Canvas {
    tenant: u32,
    id: u32,
    agent: u32,
    title: String,
    archived: bool,
}

#[derive(Debug, Default)]
struct Rows {
    agents: Vec<Agent>,
    canvases: Vec<Canvas>,
    /// Of the tenant, what is kept of it.
    log: Vec<(u32, String)>,
    report: Option<Value>,
    kept: HashMap<u32, Value>,
}

pub(crate) struct Shop {
    hole: Option<Hole>,
    rows: Mutex<Rows>,
    requests: AtomicU64,
}

const TENANTS: [(u32, &str); 3] = [(1, "acme"), (2, "globex"), (3, "initech")];

fn number(name: &str) -> Option<u32> {
    TENANTS.iter().find(|(_, known)| *known == name).map(|(number, _)| *number)
}

/// What a tenant's billing system would sign a message with.
pub(crate) fn signature(tenant: &str, body: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    (format!("secret of {tenant}"), body).hash(&mut hasher);
    format!("{:x}", hasher.finish())
}

impl Shop {
    pub(crate) fn new(hole: Option<Hole>) -> Arc<Self> {
        let shop = Self { hole, rows: Mutex::default(), requests: AtomicU64::new(0) };
        shop.reset();
        Arc::new(shop)
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.rows.lock().unwrap()
    }

    fn has(&self, hole: Hole) -> bool {
        self.hole == Some(hole)
    }

    pub(crate) fn reset(&self) {
        let mut rows = self.rows();
        let agent = |tenant, id, name: &str, manager| Agent { tenant, id, name: name.to_owned(), manager };
        rows.agents = vec![
            agent(1, 11, "Ada of Acme", None),
            agent(1, 12, "Bob of Acme", Some(11)),
            agent(2, 21, "Zoe of Globex", None),
            agent(2, 22, "Dan of Globex", Some(21)),
            agent(3, 31, "Eve of Initech", None),
        ];
        let canvas = |tenant, id, agent, title: &str| Canvas {
            tenant,
            id,
            agent,
            title: title.to_owned(),
            archived: false,
        };
        rows.canvases = vec![canvas(1, 110, 11, "Sun of Acme"), canvas(2, 210, 21, "Sky of Globex")];
        rows.log.clear();
        rows.kept.clear();
    }

    /// All that a tenant has, and something that changes by itself.
    pub(crate) fn state(&self, tenant: &str) -> Value {
        let rows = self.rows();
        let of = number(tenant).unwrap();
        let agents = rows.agents.iter().filter(|agent| agent.tenant == of);
        let canvases = rows.canvases.iter().filter(|canvas| canvas.tenant == of);
        json!({
            "agents": agents.map(|agent| json!([agent.id, agent.name, agent.manager])).collect::<Vec<_>>(),
            "canvases": canvases.map(|canvas| json!([canvas.id, canvas.agent, canvas.title, canvas.archived])).collect::<Vec<_>>(),
            "log": rows.log.iter().filter(|(tenant, _)| *tenant == of).map(|(_, line)| line).collect::<Vec<_>>(),
            "reads": self.requests.fetch_add(1, Ordering::Relaxed),
        })
    }

    /// Writes of a tenant that takes no part.
    pub(crate) fn bustle(&self) {
        let id = drawn();
        self.rows().agents.push(Agent { tenant: 3, id, name: format!("agent {id}"), manager: None });
    }
}

/// An id that is drawn, as far as a shop of tests goes.
fn drawn() -> u32 {
    fastrand::u32(1_000..1_000_000)
}

pub(crate) fn router(shop: Arc<Shop>) -> Router {
    Router::new()
        .route("/agents", get(agents::list).post(agents::create))
        .route("/agents/count", get(agents::count))
        .route("/agents/exists", get(agents::exists))
        .route("/agents/import", post(agents::import))
        .route("/agents/{id}", get(agents::read).put(agents::update).delete(agents::delete))
        .route("/agents/{id}/picture", post(canvases::picture))
        .route("/agents/{agent_id}/canvases/{canvas_id}", get(canvases::nested))
        .route("/canvases", post(canvases::create_canvas))
        .route("/canvases/archive", post(canvases::archive))
        .route("/current", get(edges::current))
        .route("/export", get(edges::export))
        .route("/report", get(edges::report))
        .route("/webhooks/billing", post(edges::webhook))
        .fallback(not_found)
        .layer(from_fn_with_state(shop.clone(), noise))
        .with_state(shop)
}

async fn not_found() -> Refusal {
    Refusal(StatusCode::NOT_FOUND, "there is nothing here".to_owned())
}

/// What real services add to each answer.
async fn noise(State(shop): State<Arc<Shop>>, request: Request<axum::body::Body>, next: Next) -> Response {
    let number = shop.requests.fetch_add(1, Ordering::Relaxed);
    if number % 97 == 96 {
        return (StatusCode::TOO_MANY_REQUESTS, "slow down").into_response();
    }
    let mut answer = next.run(request).await;
    let value = |text: String| HeaderValue::from_str(&text).unwrap();
    answer.headers_mut().insert("x-request-id", value(format!("r{}", fastrand::u64(..))));
    answer.headers_mut().insert("x-ratelimit-remaining", value(format!("{}", u64::MAX - number)));
    answer.headers_mut().insert("x-served-by", value(format!("node-{}", fastrand::u8(..3))));
    answer
}

/// An error's answer, with the time.
struct Refusal(StatusCode, String);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs();
        (self.0, Json(json!({ "error": self.1, "at": at }))).into_response()
    }
}

fn missing(what: &str, id: u32) -> Refusal {
    Refusal(StatusCode::NOT_FOUND, format!("no {what} {id}"))
}

/// The tenant of a request: that of its host, if the login is of it.
fn admit(shop: &Shop, headers: &HeaderMap) -> Result<u32, Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let unknown = || Refusal(StatusCode::NOT_FOUND, "no such tenant".to_owned());
    let login = text("authorization")
        .and_then(|value| value.strip_prefix("Bearer "))
        .and_then(|token| token.strip_suffix("-token"));
    let login = login.and_then(number);
    let of = |host: &str| host.strip_suffix(".example.test").and_then(number);
    let tenant = of(text("host").unwrap_or_default()).ok_or_else(unknown)?;
    if login.is_some()
        && shop.has(Hole::TenantHeader)
        && let Some(chosen) = text("x-tenant-id").and_then(|chosen| chosen.parse().ok())
    {
        return Ok(chosen);
    }
    if login == Some(tenant)
        && shop.has(Hole::ForwardedHost)
        && let Some(host) = text("x-forwarded-host")
    {
        return of(host).ok_or_else(unknown);
    }
    match login {
        Some(login) if login == tenant => Ok(tenant),
        Some(login) if shop.has(Hole::Host) => Ok(login),
        Some(_) if shop.has(Hole::KnownHost) => {
            Err(Refusal(StatusCode::FORBIDDEN, "not your tenant".to_owned()))
        }
        Some(_) => Err(unknown()),
        None => Err(Refusal(StatusCode::UNAUTHORIZED, "log in".to_owned())),
    }
}

type Answer = Result<Response, Refusal>;

fn shown(agent: &Agent) -> Value {
    json!({ "id": agent.id, "name": agent.name, "manager_id": agent.manager })
}
