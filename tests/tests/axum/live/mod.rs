//! What stays open: web sockets and streams of events, by a real client of each. F18, L66.

mod sockets;
mod streams;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::response::Response;
use axum::response::sse::{Event, Sse};
use axum::routing::get as route;
use futures_util::{Stream, StreamExt as _};
use http_body_util::Full;
use tenancy_axum::live::{Happened, TenantSocket, Topics, Watch};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{MembershipChanges, Problem, Tenant};
use tenancy_tests::fixture::{ACME, acme, globex};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::{Error as SocketError, client::IntoClientRequest as _};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::app::{Members, bearer, edge};
use super::http::{client, serve};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[derive(Clone)]
struct App {
    topics: Topics<String>,
    every: Duration,
}

async fn socket(
    State(app): State<App>,
    Tenant(scope): Tenant<i32>,
    watch: Watch,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let mut orders = app.topics.subscribe(&scope, ["orders"])?;
    let watch = watch.every(app.every).grace(Duration::from_millis(300));
    Ok(TenantSocket::upgrade(upgrade, watch, async move |mut socket| {
        while let Some(happened) = socket.next(&mut orders).await {
            let message = match happened {
                Happened::Published(order) => Message::text(order),
                Happened::Received(Message::Text(text)) => Message::text(format!("echo {text}")),
                Happened::Received(_) => continue,
            };
            if !socket.send(message).await {
                break;
            }
        }
    }))
}

/// Sends, and never receives.
async fn pushes(
    State(app): State<App>,
    Tenant(_): Tenant<i32>,
    watch: Watch,
    upgrade: WebSocketUpgrade,
) -> Response {
    TenantSocket::upgrade(upgrade, watch.every(app.every), async move |mut socket| {
        while socket.send(Message::text("row")).await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
}

async fn events(
    State(app): State<App>,
    Tenant(scope): Tenant<i32>,
    watch: Watch,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let orders = app.topics.subscribe(&scope, ["orders"])?;
    let orders = watch.every(app.every).guard(orders.into_stream());
    Ok(Sse::new(orders.map(|order| Ok(Event::default().data(order)))))
}

struct Served {
    address: SocketAddr,
    topics: Topics<String>,
    members: Members,
    changes: MembershipChanges,
}

const LONG: Duration = Duration::from_secs(600);
const SOON: Duration = Duration::from_secs(5);

async fn start(every: Duration) -> Served {
    let members = Members::new();
    let edge = edge(&members).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let topics = Topics::new("shop", 16);
    let app = App { topics: topics.clone(), every };
    let changes = edge.membership_changes();
    let router = Router::new()
        .route("/{tenant}/socket", route(socket))
        .route("/{tenant}/pushes", route(pushes))
        .route("/{tenant}/events", route(events));
    Served { address: serve(router.with_state(app).layer(edge.layer())).await, topics, members, changes }
}

impl Served {
    async fn connect(&self, who: &str, tenant: i32) -> Result<Socket, SocketError> {
        self.connect_to("socket", who, tenant).await
    }

    async fn connect_to(&self, what: &str, who: &str, tenant: i32) -> Result<Socket, SocketError> {
        let mut request = format!("ws://{}/{tenant}/{what}", self.address).into_client_request().unwrap();
        request.headers_mut().insert("authorization", bearer(who).parse().unwrap());
        connect_async(request).await.map(|(socket, _)| socket)
    }

    /// Publishes every five milliseconds, as long as it is polled.
    async fn publish_always(&self) {
        loop {
            self.publish(ACME, "busy").await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// The events of ada.
    async fn events(&self) -> axum::body::Body {
        let request = axum::http::Request::get(format!("http://{}/{ACME}/events", self.address))
            .header("authorization", bearer("ada"));
        let response = client().request(request.body(Full::default()).unwrap()).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        axum::body::Body::new(response.into_body())
    }

    /// Takes ada out of the tenant, and says so.
    fn revoke(&self) {
        self.members.remove("ada", ACME);
        self.changes.changed(&"ada", &ACME);
    }

    /// Publishes once somebody listens, and says to how many.
    async fn publish(&self, tenant: i32, order: &str) -> usize {
        let scope = if tenant == ACME { acme() } else { globex() };
        self.topics.publish(&scope, ["orders"], order.to_owned()).unwrap()
    }
}
