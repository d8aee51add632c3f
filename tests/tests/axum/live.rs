//! What stays open: web sockets and events, by a real client of each. F18, L66.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::extract::ws::{Message, WebSocketUpgrade};
use axum::http::request::Parts;
use axum::response::Response;
use axum::response::sse::{Event, Sse};
use axum::routing::get as route;
use axum::{RequestPartsExt as _, Router};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use tenancy_axum::live::{Happened, TenantSocket, Topics, Watch};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Authenticate, AuthenticationError, Credential, Edge, MembershipChanges, Problem, Tenant};
use tenancy_diesel::Authority;
use tenancy_tests::fixture::{ACME, GLOBEX, acme, globex};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{
    Error as SocketError, Message as Frame, client::IntoClientRequest as _,
};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::app::{Members, Names, bearer, edge};
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

async fn next(socket: &mut Socket) -> Frame {
    timeout(SOON, socket.next()).await.expect("in time").expect("a frame").expect("a frame")
}

/// How a socket was closed, whatever it has sent before.
async fn closing(socket: &mut Socket) -> String {
    loop {
        if let Frame::Close(close) = next(socket).await {
            return close.map(|close| close.reason.to_string()).unwrap_or_default();
        }
    }
}

fn is_policy(frame: &Frame) -> bool {
    matches!(frame, Frame::Close(Some(close)) if close.code == CloseCode::Policy)
}

#[tokio::test(flavor = "multi_thread")]
async fn l66_f18_a_socket_hears_its_tenant_and_no_stranger_gets_one() {
    let served = start(LONG).await;
    for (who, tenant) in [("ada", GLOBEX), ("mallory", ACME), ("ada", 77)] {
        let refused = served.connect(who, tenant).await;
        assert!(
            matches!(&refused, Err(SocketError::Http(answer)) if answer.status() == 404),
            "{who}: {refused:?}"
        );
    }
    let (mut ada, mut zoe) =
        (served.connect("ada", ACME).await.unwrap(), served.connect("zoe", GLOBEX).await.unwrap());
    assert_eq!(served.publish(ACME, "of acme").await, 1);
    assert_eq!(served.publish(GLOBEX, "of globex").await, 1);
    assert_eq!(next(&mut ada).await, Frame::text("of acme"));
    assert_eq!(next(&mut zoe).await, Frame::text("of globex"));
    ada.send(Frame::text("hello")).await.unwrap();
    assert_eq!(next(&mut ada).await, Frame::text("echo hello"));
    drop((ada, zoe));
    // Nobody listens any more, and nothing of the topic is left.
    let gone = async {
        while served.publish(ACME, "x").await + served.publish(GLOBEX, "x").await > 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, gone).await.expect("they are gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_socket_closes_when_the_membership_ends_told_or_not() {
    // Told: long before it would ask.
    let served = start(LONG).await;
    let (mut sam, mut also_sam) =
        (served.connect("sam", ACME).await.unwrap(), served.connect("sam", GLOBEX).await.unwrap());
    // A word that is wrong ends nothing: the membership is asked.
    let asked = async |count| {
        let mut asked = 0;
        while asked < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
            asked += served.members.asked().len();
        }
    };
    served.changes.changed(&"sam", &ACME);
    timeout(SOON, asked(3)).await.expect("two when they came, and one of the first word");
    served.changes.all_changed();
    timeout(SOON, asked(2)).await.expect("two of the second");
    served.members.remove("sam", ACME);
    served.changes.changed(&"ada", &ACME);
    assert_eq!(served.publish(ACME, "before it is told").await, 1);
    assert_eq!(next(&mut sam).await, Frame::text("before it is told"));
    served.changes.changed(&"sam", &ACME);
    let closed = next(&mut sam).await;
    assert!(is_policy(&closed), "{closed:?}");
    assert_eq!(served.publish(GLOBEX, "still there").await, 1);
    assert_eq!(next(&mut also_sam).await, Frame::text("still there"));

    // Not told: when it asks.
    let served = start(Duration::from_millis(100)).await;
    let mut ada = served.connect("ada", ACME).await.unwrap();
    served.members.remove("ada", ACME);
    let closed = next(&mut ada).await;
    assert!(is_policy(&closed), "{closed:?}");

    // Nor does it go on for ever when nobody answers.
    let served = start(Duration::from_millis(100)).await;
    let mut zoe = served.connect("zoe", GLOBEX).await.unwrap();
    served.members.failing.store(true, Ordering::SeqCst);
    let closed = next(&mut zoe).await;
    assert!(is_policy(&closed), "{closed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_stream_of_events_ends_with_the_membership() {
    let served = start(LONG).await;
    let request = axum::http::Request::get(format!("http://{}/{ACME}/events", served.address))
        .header("authorization", bearer("ada"));
    let response = client().request(request.body(Full::default()).unwrap()).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/event-stream".parse().unwrap())
    );
    let mut body = response.into_body();
    assert_eq!((served.publish(ACME, "one").await, served.publish(GLOBEX, "other").await), (1, 0));
    let frame = timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "data: one\n\n");
    served.members.remove("ada", ACME);
    served.changes.changed(&"ada", &ACME);
    let end = timeout(SOON, body.frame()).await.expect("it ends");
    assert!(end.is_none(), "{end:?}");
    assert_eq!(served.publish(ACME, "two").await, 0);
}

/// A credential that is good for a second.
struct Short;

impl Authenticate for Short {
    type Principal = String;
    type TenantId = i32;

    async fn authenticate(&self, request: &Parts) -> Result<Credential<String, i32>, AuthenticationError> {
        Ok(Names.authenticate(request).await?.expiring_at(SystemTime::now() + Duration::from_secs(1)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_does_not_outlive_the_credential_that_opened_it() {
    let members = Members::new();
    let edge = Edge::new(Authority::new(members.clone()), Short)
        .resolver(TenantPath::parameter("tenant", Directory::ids()));
    let app = App { topics: Topics::new("shop", 16), every: LONG };
    let changes = edge.membership_changes();
    let router =
        Router::new().route("/{tenant}/socket", route(socket)).with_state(app.clone()).layer(edge.layer());
    let served = Served { address: serve(router).await, topics: app.topics, members, changes };
    let mut ada = served.connect("ada", ACME).await.unwrap();
    let closed = next(&mut ada).await;
    assert!(is_policy(&closed), "{closed:?}");
}

/// Between the answer of the membership and the stream there is a moment, in which a change could get lost.
#[tokio::test(flavor = "multi_thread")]
async fn f18_a_change_before_the_stream_begins_ends_it() {
    let members = Members::new();
    let edge = edge(&members).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let changes = edge.membership_changes();
    let handler = async move |mut request: Parts| {
        members.remove("ada", ACME);
        changes.changed(&"ada", &ACME);
        let watch = request.extract::<Watch>().await?.every(LONG);
        let nothing = futures_util::stream::pending::<String>();
        Ok::<_, Problem>(Sse::new(
            watch.guard(nothing).map(|text| Ok::<_, Infallible>(Event::default().data(text))),
        ))
    };
    let router = Router::new().route("/{tenant}/events", route(handler)).layer(edge.layer());
    let address = serve(router).await;
    let path = format!("/{ACME}/events");
    let ada = bearer("ada");
    let headers = [("authorization", ada.as_str())];
    let answer = timeout(SOON, super::http::get(address, &path, &headers)).await.expect("it ends");
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
}

/// A question that takes longer than the next item is asked to its end all the same.
#[tokio::test(flavor = "multi_thread")]
async fn l66_f18_a_busy_stream_ends_with_a_membership_that_takes_its_time() {
    let served = start(LONG).await;
    let mut body = served.events().await;
    served.members.takes.store(20, Ordering::SeqCst);
    let (mut before, mut after) = (0, 0);
    let reads = async {
        while before < 20 {
            body.frame().await.unwrap().unwrap();
            before += 1;
        }
        served.members.asked();
        served.revoke();
        while body.frame().await.is_some() {
            after += 1;
        }
    };
    tokio::select! {
        ended = timeout(SOON, reads) => ended.expect("it ends"),
        () = served.publish_always() => {}
    }
    // What was on its way, which is more on a machine that is busy.
    assert!(after < 50, "{after} items came after it was told");
    assert_eq!(served.members.asked(), [("ada".to_owned(), ACME)], "asked once, to its end");
}

/// A removed member cannot put its end off by talking.
#[tokio::test(flavor = "multi_thread")]
async fn l66_f18_a_socket_that_receives_faster_than_the_membership_answers_closes() {
    // Longer than nothing is received meanwhile.
    for (every, takes, is_told) in
        [(LONG, 20, true), (LONG, 1500, true), (Duration::from_millis(100), 20, false)]
    {
        let served = start(every).await;
        let (mut talks, mut hears) = served.connect("ada", ACME).await.unwrap().split();
        served.members.takes.store(takes, Ordering::SeqCst);
        served.members.remove("ada", ACME);
        if is_told {
            served.changes.changed(&"ada", &ACME);
        }
        let talking = async {
            while talks.send(Frame::text("more")).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            std::future::pending::<()>().await;
        };
        let hearing = async {
            loop {
                let frame = hears.next().await.expect("a frame").expect("a frame");
                if frame.is_close() {
                    break frame;
                }
            }
        };
        tokio::select! {
            closed = timeout(SOON, hearing) => {
                let closed = closed.expect("it is closed");
                assert!(is_policy(&closed), "{takes}: {closed:?}");
            }
            () = talking => {}
        }
    }
}

/// Whatever the handler waits for: it is not only reading that looks.
#[tokio::test(flavor = "multi_thread")]
async fn l66_f18_a_socket_that_only_sends_closes_when_the_membership_ends() {
    for (every, takes, is_told) in
        [(LONG, 0, true), (LONG, 20, true), (Duration::from_millis(100), 20, false)]
    {
        let served = start(every).await;
        let mut ada = served.connect_to("pushes", "ada", ACME).await.unwrap();
        assert_eq!(next(&mut ada).await, Frame::text("row"));
        served.members.takes.store(takes, Ordering::SeqCst);
        served.members.remove("ada", ACME);
        if is_told {
            served.changes.changed(&"ada", &ACME);
        }
        let closed = timeout(SOON, closing(&mut ada)).await.expect("it is closed");
        assert_eq!(closed, "no member any more");
    }
}

/// What waits for a slow reader is not given to one who is no member any more.
#[tokio::test(flavor = "multi_thread")]
async fn l66_f18_a_backlog_is_not_for_whom_was_removed_meanwhile() {
    let members = Members::new();
    let edge = edge(&members).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let changes = edge.membership_changes();
    let handler = async move |mut request: Parts| {
        let watch = request.extract::<Watch>().await?.every(LONG);
        let backlog = futures_util::stream::iter(["secret"; 64]);
        let mut guarded = Box::pin(watch.guard(backlog));
        assert_eq!(guarded.next().await, Some("secret"));
        members.takes.store(20, Ordering::SeqCst);
        members.remove("ada", ACME);
        changes.changed(&"ada", &ACME);
        Ok::<_, Problem>(Sse::new(guarded.map(|text| Ok::<_, Infallible>(Event::default().data(text)))))
    };
    let router = Router::new().route("/{tenant}/events", route(handler)).layer(edge.layer());
    let (address, path, ada) = (serve(router).await, format!("/{ACME}/events"), bearer("ada"));
    let headers = [("authorization", ada.as_str())];
    let answer = timeout(SOON, super::http::get(address, &path, &headers)).await.expect("it ends");
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
}

/// A membership that hangs keeps nothing open: neither beyond the grace nor beyond the credential.
#[tokio::test(flavor = "multi_thread")]
async fn f18_a_question_without_an_answer_holds_up_neither_the_grace_nor_the_expiry() {
    let hangs = 600_000;
    let served = start(Duration::from_millis(100)).await;
    let mut zoe = served.connect("zoe", GLOBEX).await.unwrap();
    served.members.takes.store(hangs, Ordering::SeqCst);
    let closed = timeout(SOON, closing(&mut zoe)).await.expect("it is closed");
    assert_eq!(closed, "the membership could not be checked");

    let members = Members::new();
    let edge = Edge::new(Authority::new(members.clone()), Short)
        .resolver(TenantPath::parameter("tenant", Directory::ids()));
    let changes = edge.membership_changes();
    let handler = async |watch: Watch, upgrade: WebSocketUpgrade| {
        TenantSocket::upgrade(upgrade, watch, async |mut socket| while socket.recv().await.is_some() {})
    };
    let router = Router::new().route("/{tenant}/socket", route(handler)).layer(edge.layer());
    let served = Served { address: serve(router).await, topics: Topics::new("shop", 1), members, changes };
    let mut ada = served.connect("ada", ACME).await.unwrap();
    served.members.takes.store(hangs, Ordering::SeqCst);
    served.changes.all_changed();
    let closed = timeout(SOON, closing(&mut ada)).await.expect("it is closed");
    assert_eq!(closed, "the credential has expired");
}
