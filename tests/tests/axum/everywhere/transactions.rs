//! A transaction for each request: committed before its answer, or not at all. F09, L88.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequestParts as _, Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get as route, post};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Problem, Tenant, Transaction, TransactionLayer};
use tenancy_pool::TenantPool;
use tenancy_pool::prelude::*;
use tenancy_tests::fixture::{ACME, GLOBEX};
use tenancy_tests::schema::agents;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::super::{Connection, Database, open};
use crate::app::{Members, bearer, edge};
use crate::http::{Answer, get, send, serve};

type Tx = Transaction<Connection, i32>;

async fn insert(tx: &mut Tx, id: i32, name: &str) -> Result<(), Problem> {
    let scope = tx.scope().clone();
    let new = (agents::id.eq(id), agents::name.eq(name.to_owned()));
    tenancy_diesel::insert_into(agents::table.scoped(&scope)).values(new).execute(tx.begin().await?).await?;
    Ok(())
}

/// Hires, and then ends as it is told.
async fn hire(
    Path((_, id, ending)): Path<(i32, i32, String)>,
    mut tx: Tx,
    name: String,
) -> Result<Response, Problem> {
    insert(&mut tx, id, &name).await?;
    Ok(match ending.as_str() {
        "ok" => "hired".into_response(),
        "see-other" => StatusCode::SEE_OTHER.into_response(),
        "not-found" => return Err(Problem::not_found()),
        "teapot" => StatusCode::IM_A_TEAPOT.into_response(),
        "error" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "panic" => panic!("as the test wants it"),
        // The answer's body still has it.
        "streamed" => {
            let body = futures_util::stream::once(async move {
                let scope = tx.scope().clone();
                let count = agents::table.scoped(&scope).count();
                let count: i64 =
                    count.get_result(tx.begin().await.map_err(|_| "no")?).await.map_err(|_| "no")?;
                Ok::<_, &'static str>(count.to_string())
            });
            Response::new(Body::from_stream(body))
        }
        "spawned" => {
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(100)).await;
                drop(tx);
            });
            "hired".into_response()
        }
        // A statement that is given up in the middle, and nobody says so.
        "cancelled" => {
            let scope = tx.scope().clone();
            let tx = tx.begin().await?;
            // SQLite's may be done before it is asked for the first time.
            loop {
                let mut statement = pin!(agents::table.scoped(&scope).count().get_result::<i64>(tx));
                if poll_fn(|cx| Poll::Ready(statement.as_mut().poll(cx).is_pending())).await {
                    break;
                }
            }
            "hired".into_response()
        }
        other => panic!("no such ending: {other}"),
    })
}

async fn names(mut tx: Tx) -> Result<String, Problem> {
    let scope = tx.scope().clone();
    let names: Vec<String> =
        agents::table.scoped(&scope).order(agents::id).select(agents::name).load(tx.begin().await?).await?;
    Ok(names.join(","))
}

/// Never begins, and answers with how many connections are in use.
async fn idle(State(pool): State<TenantPool<Connection>>, tx: Tx, _: Tenant<i32>) -> String {
    let state = pool.state();
    drop(tx);
    (state.connections - state.idle_connections).to_string()
}

async fn twice(_first: Tx, _second: Tx) -> &'static str {
    "both"
}

/// One after the other it is one transaction.
async fn after_each_other(first: Tx, State(pool): State<TenantPool<Connection>>) -> Result<String, Problem> {
    drop(first);
    Ok(pool.state().connections.to_string())
}

/// Begins it, puts another tenant's scope into the request, and takes it again.
async fn another_scope(mut first: Tx, request: Request) -> Result<&'static str, Problem> {
    insert(&mut first, 62, "mal").await?;
    drop(first);
    let (mut parts, _) = request.into_parts();
    parts.extensions.insert(tenancy_tests::fixture::globex());
    Tx::from_request_parts(&mut parts, &()).await.map(|_| "taken for another tenant")
}

/// Waits in the middle, for a client that goes away.
async fn slow(State(entered): State<Arc<Notify>>, mut tx: Tx) -> Result<&'static str, Problem> {
    insert(&mut tx, 60, "slow").await?;
    entered.notify_one();
    tokio::time::sleep(Duration::from_secs(30)).await;
    Ok("hired")
}

#[derive(Clone)]
struct App {
    pool: TenantPool<Connection>,
    entered: Arc<Notify>,
}

impl axum::extract::FromRef<App> for TenantPool<Connection> {
    fn from_ref(app: &App) -> Self {
        app.pool.clone()
    }
}

impl axum::extract::FromRef<App> for Arc<Notify> {
    fn from_ref(app: &App) -> Self {
        app.entered.clone()
    }
}

async fn start() -> (SocketAddr, Database, App) {
    let (pool, database) = open().await;
    let app = App { pool: pool.clone(), entered: Arc::default() };
    let edge = edge(&Members::new()).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let router = Router::new()
        .route("/{tenant}/agents/{id}/{ending}", post(hire))
        .route("/{tenant}/agents", route(names))
        .route("/{tenant}/idle", route(idle))
        .route("/{tenant}/twice", route(twice))
        .route("/{tenant}/after", route(after_each_other))
        .route("/{tenant}/another", route(another_scope))
        .route("/{tenant}/slow", route(slow))
        .with_state(app.clone())
        .layer(TransactionLayer::new(pool))
        .layer(edge.layer());
    (serve(router).await, database, app)
}

async fn hired(address: SocketAddr, tenant: i32, id: i32, ending: &str, name: &str) -> Answer {
    let headers = [("authorization", bearer("sam"))];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    send(address, "POST", &format!("/{tenant}/agents/{id}/{ending}"), &headers, name.to_owned()).await
}

async fn asked(address: SocketAddr, path: &str) -> Answer {
    get(address, path, &[("authorization", &bearer("sam"))]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn l88_it_is_committed_for_a_success_and_for_nothing_else() {
    let (address, database, app) = start().await;
    let mut rows = database.agents().await;
    assert_eq!(hired(address, ACME, 50, "ok", "eve").await.body, "hired");
    assert_eq!(hired(address, GLOBEX, 50, "see-other", "eve").await.status, 303);
    rows.extend([format!("{ACME}:50:eve"), format!("{GLOBEX}:50:eve")]);
    rows.sort();
    assert_eq!(database.agents().await, rows);
    for (ending, status) in [
        ("not-found", 404),
        ("teapot", 418),
        ("error", 500),
        ("streamed", 500),
        ("spawned", 500),
        ("cancelled", 500),
    ] {
        let answer = hired(address, ACME, 51, ending, "mal").await;
        assert_eq!(answer.status, status, "{ending}: {answer:?}");
        assert!(!answer.body.contains("hired"), "{ending}: {answer:?}");
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(database.agents().await, rows, "nothing of these");
    // A handler that panics ends its connection.
    let panicked = tokio::spawn(async move { hired(address, ACME, 51, "panic", "mal").await }).await;
    assert!(panicked.is_err());
    // Nothing is left behind on a connection: as many as there are, one after the other.
    for _ in 0..8 {
        assert_eq!(asked(address, "/1/agents").await.body, "ada,bob,cyd,eve");
    }
    assert_eq!(database.agents().await, rows);
    let state = app.pool.state();
    assert_eq!(state.connections, state.idle_connections);
}

#[tokio::test(flavor = "multi_thread")]
async fn l88_it_is_rolled_back_when_the_client_goes_away() {
    let (address, database, app) = start().await;
    let rows = database.agents().await;
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = format!("GET /1/slow HTTP/1.1\r\nhost: h\r\nauthorization: {}\r\n\r\n", bearer("sam"));
    client.write_all(request.as_bytes()).await.unwrap();
    app.entered.notified().await;
    drop(client);
    // SQLite lets one write: the next one waits for the rollback.
    let hired = tokio::time::timeout(Duration::from_secs(10), hired(address, ACME, 61, "ok", "eve"))
        .await
        .expect("in time");
    assert_eq!(hired.status, 200, "{hired:?}");
    let mut expected = rows;
    expected.push(format!("{ACME}:61:eve"));
    expected.sort();
    assert_eq!(database.agents().await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_begins_when_it_is_asked_for_and_is_taken_once() {
    let (address, database, app) = start().await;
    assert_eq!(asked(address, "/1/idle").await.body, "0", "no connection for who does not begin");
    assert_eq!(asked(address, "/1/twice").await.status, 500);
    assert_eq!(asked(address, "/1/after").await.status, 200);
    assert_eq!(asked(address, "/1/another").await.status, 500, "it is of the tenant that it was begun for");
    assert!(!database.agents().await.iter().any(|row| row.contains("mal")), "and is rolled back");
    // As many as the tenant may have, held by somebody else.
    let scope = tenancy_tests::fixture::acme();
    let mut held = Vec::new();
    for _ in 0..3 {
        held.push(app.pool.begin(&scope).await.unwrap());
    }
    let busy = asked(address, "/1/agents").await;
    assert_eq!((busy.status.as_u16(), busy.header("retry-after").as_str()), (429, "1"), "{busy:?}");
    assert_eq!(asked(address, "/2/agents").await.body, "ada,zoe,dan", "the other tenant is served");
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn l58_l61_errors_are_answered_by_what_they_are_and_quote_nothing() {
    let (address, database, _app) = start().await;
    let taken = hired(address, ACME, 70, "ok", "ada").await;
    assert_eq!((taken.status.as_u16(), taken.body.as_str()), (409, r#"{"title":"Conflict","status":409}"#));
    let key = hired(address, ACME, 1, "ok", "secret name").await;
    assert_eq!((key.status.as_u16(), key.body.as_str()), (409, r#"{"title":"Conflict","status":409}"#));
    // The other tenant's name is free here.
    assert_eq!(hired(address, ACME, 71, "ok", "zoe").await.status, 200);
    assert!(database.agents().await.contains(&format!("{ACME}:71:zoe")));
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_of_the_pool_and_of_diesel_have_their_status() {
    use diesel::result::{DatabaseErrorKind as Kind, Error};
    use tenancy_core::TenantKey;
    use tenancy_core::placement::CatalogError;
    use tenancy_pool::PoolError;

    let of = |kind| {
        Problem::from(Error::DatabaseError(kind, Box::new("Key (email)=(a@b) already exists".to_owned())))
    };
    let statuses = [
        (Kind::UniqueViolation, 409),
        (Kind::ForeignKeyViolation, 422),
        (Kind::CheckViolation, 422),
        (Kind::NotNullViolation, 422),
        (Kind::SerializationFailure, 503),
        (Kind::Unknown, 500),
    ];
    for (kind, status) in statuses {
        let problem = of(kind);
        assert_eq!(problem.status(), status);
        let body = axum::body::to_bytes(problem.into_response().into_body(), 1000).await.unwrap();
        assert!(!String::from_utf8_lossy(&body).contains("a@b"), "{body:?}");
    }
    assert_eq!(Problem::from(Error::NotFound).status(), 404);
    let tenant = || TenantKey::new("acme").unwrap();
    let pool = [
        (PoolError::Catalog(CatalogError::Moving { tenant: tenant() }), 503),
        (PoolError::Catalog(CatalogError::Suspended { tenant: tenant() }), 403),
        (PoolError::Catalog(CatalogError::Unknown { tenant: tenant() }), 404),
        (PoolError::TenantBusy { tenant: tenant(), limit: 1 }, 429),
        (PoolError::PoolTimedOut, 503),
        (PoolError::Aborted, 500),
        (PoolError::Query(Error::NotFound), 404),
    ];
    for (error, status) in pool {
        let shown = error.to_string();
        // As the verbs of Diesel return it, too.
        let problem = Problem::from(Error::from(error));
        assert_eq!(problem.status(), status, "{shown}");
    }
    let moving = Problem::from(PoolError::Catalog(CatalogError::Moving { tenant: tenant() })).into_response();
    assert_eq!(moving.headers()["retry-after"], "5");
}
