//! The two-tenant proof over a service of the edge's, the pool's and the types': what an application writes, and what it says of one hole. F12, F33.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex};

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use diesel::prelude::*;
use serde::Deserialize;
use tenancy_axum::resolve::{Directory, Subdomain};
use tenancy_axum::{Problem, Tenant, Transaction, TransactionLayer};
use tenancy_pool::TenantPool;
use tenancy_test::{Document, InProcess, Kind, Proof, Report, Tenant as Proved};
use tenancy_tests::fixture::{ACME, GLOBEX, ROWS};
use tenancy_tests::schema::agents;

use super::app::{Members, Slugs, edge};
use super::sqlite::{Connection, Database, open};

type Tx = Transaction<Connection, i32>;

/// What a client sends: there is no tenant in it.
#[derive(Deserialize)]
struct Named {
    name: String,
}

async fn list(mut tx: Tx) -> Result<Json<Vec<(i32, String)>>, Problem> {
    let scope = tx.scope().clone();
    let all = agents::table.scoped(&scope).order(agents::id).select((agents::id, agents::name));
    Ok(Json(tenancy_pool::prelude::RunQueryDsl::load(all, tx.begin().await?).await?))
}

/// Names by id, or by tenant and id: which is the difference.
#[derive(Clone, Default)]
struct Cache {
    forgets_tenants: bool,
    names: Arc<Mutex<BTreeMap<(i32, i32), String>>>,
}

async fn read(State(cache): State<Cache>, Path(id): Path<i32>, mut tx: Tx) -> Result<String, Problem> {
    let scope = tx.scope().clone();
    let key = (if cache.forgets_tenants { 0 } else { *scope.tenant() }, id);
    if let Some(name) = cache.names.lock().unwrap().get(&key) {
        return Ok(name.clone());
    }
    let name = agents::table.scoped(&scope).filter(agents::id.eq(id)).select(agents::name);
    let name: String = tenancy_pool::prelude::RunQueryDsl::first(name, tx.begin().await?).await?;
    cache.names.lock().unwrap().insert(key, name.clone());
    Ok(name)
}

fn one_or_none(changed: usize) -> Result<StatusCode, Problem> {
    if changed == 1 { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found()) }
}

async fn add(mut tx: Tx, Json(agent): Json<Named>) -> Result<StatusCode, Problem> {
    static NUMBER: AtomicI32 = AtomicI32::new(1000);
    let scope = tx.scope().clone();
    let row = (agents::id.eq(NUMBER.fetch_add(1, Ordering::Relaxed)), agents::name.eq(agent.name));
    let add = tenancy_diesel::insert_into(agents::table.scoped(&scope)).values(row);
    tenancy_pool::prelude::RunQueryDsl::execute(add, tx.begin().await?).await?;
    Ok(StatusCode::CREATED)
}

async fn rename(
    State(cache): State<Cache>,
    Path(id): Path<i32>,
    mut tx: Tx,
    Json(renamed): Json<Named>,
) -> Result<StatusCode, Problem> {
    let scope = tx.scope().clone();
    let agent = agents::table.scoped(&scope).filter(agents::id.eq(id));
    let rename = tenancy_diesel::update(agent).set(agents::name.eq(renamed.name));
    let changed = tenancy_pool::prelude::RunQueryDsl::execute(rename, tx.begin().await?).await?;
    cache.names.lock().unwrap().retain(|(_, cached), _| *cached != id);
    one_or_none(changed)
}

async fn remove(State(cache): State<Cache>, Path(id): Path<i32>, mut tx: Tx) -> Result<StatusCode, Problem> {
    let scope = tx.scope().clone();
    let delete = tenancy_diesel::delete(agents::table.scoped(&scope).filter(agents::id.eq(id)));
    let deleted = tenancy_pool::prelude::RunQueryDsl::execute(delete, tx.begin().await?).await?;
    cache.names.lock().unwrap().retain(|(_, cached), _| *cached != id);
    one_or_none(deleted)
}

/// A handler that only needs to be admitted.
async fn who(Tenant(scope): Tenant<i32>) -> String {
    scope.admitted().principal().to_owned()
}

fn router(pool: TenantPool<Connection>, cache: Cache) -> Router {
    let edge = edge(&Members::new());
    let edge = edge.resolver(Subdomain::of("example.com", Directory::of(Slugs::default())).unwrap());
    Router::new()
        .route("/me", get(who))
        .route("/agents", get(list).post(add))
        .route("/agents/{agent_id}", get(read).put(rename).delete(remove))
        .with_state(cache)
        .layer(TransactionLayer::new(pool))
        .layer(edge.layer())
}

const OPENAPI: &str = r##"{
    "openapi": "3.1.0",
    "paths": {
        "/me": { "get": {} },
        "/agents": {
            "get": {},
            "post": { "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } }
            } } } } }
        },
        "/agents/{agent_id}": {
            "parameters": [{ "name": "agent_id", "in": "path", "required": true, "schema": { "type": "integer" } }],
            "get": {},
            "put": { "requestBody": { "content": { "application/json": { "schema": {
                "type": "object", "required": ["name"], "properties": { "name": { "type": "string" } }
            } } } } },
            "delete": {}
        }
    }
}"##;

/// Names that nobody else has.
const NAMES: &str = "UPDATE agents SET name = 'Cydonia of Acme' WHERE tenant_id = 1 AND id = 3;
    UPDATE agents SET name = 'Daniel of Globex' WHERE tenant_id = 2 AND id = 4;";

async fn proved(cache: Cache) -> Report {
    let (pool, database) = open().await;
    database.run(NAMES).await;
    let database: Arc<Database> = Arc::new(database);
    let (state, seeded, forgotten) = (Arc::clone(&database), database, cache.clone());
    let document = Document::from_json(OPENAPI).unwrap();
    let tenant = |name: &str, who: &str, only: i32, marker: &str| {
        Proved::new(name).bearer(who).host(format!("{name}.example.com")).id("agent_id", only).marker(marker)
    };
    Proof::new(InProcess::new(router(pool, cache)), document)
        .tenant(tenant("acme", "ada", 3, "Cydonia of Acme"))
        .tenant(tenant("globex", "zoe", 4, "Daniel of Globex"))
        .state(move |tenant| {
            let database = Arc::clone(&state);
            async move {
                let id = if tenant == "acme" { ACME } else { GLOBEX };
                let agents = database.agents().await;
                let theirs = agents.into_iter().filter(|line| line.starts_with(&format!("{id}:")));
                Ok::<_, std::io::Error>(serde_json::Value::from(theirs.collect::<Vec<_>>()))
            }
        })
        .restore(move || {
            let (database, cache) = (Arc::clone(&seeded), forgotten.clone());
            async move {
                cache.names.lock().unwrap().clear();
                database
                    .run(&format!(
                        "DELETE FROM agents; DELETE FROM canvases; DELETE FROM plans; {ROWS} {NAMES}"
                    ))
                    .await;
                Ok::<_, std::io::Error>(())
            }
        })
        .run()
        .await
        .unwrap()
}

#[tokio::test]
async fn f33_two_tenants_of_a_service_on_the_edge_see_nothing_of_each_other() {
    let report = proved(Cache::default()).await;
    assert!(report.is_clean(), "{report}");
}

#[tokio::test]
async fn f33_l64_and_a_cache_that_forgets_the_tenant_is_found() {
    let report = proved(Cache { forgets_tenants: true, ..Cache::default() }).await;
    assert!(
        report
            .findings
            .iter()
            .any(|finding| matches!(finding.code, Kind::CacheWithoutTenant | Kind::OtherTenantRead)),
        "{report}"
    );
    assert!(report.findings.iter().all(|finding| finding.operation == "GET /agents/{agent_id}"), "{report}");
}
