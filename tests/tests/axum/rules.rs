//! What an application says beside its membership: rules that end a stream, and one authority for all of it.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use axum::response::sse::{Event, Sse};
use axum::routing::get as route;
use futures_util::{Stream, StreamExt as _};
use http_body_util::{BodyExt as _, Full};
use tenancy_axum::live::{TenantSocket, Watch};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Edge, MembershipChanges, Tenant};
use tenancy_diesel::sealed_scopes::{Purpose, ScopeKey, ScopeKeys};
use tenancy_diesel::{
    Admitted, Authority, Claimed, Decision, DetailedDecision, DetailedMembership, Membership,
};
use tenancy_tests::fixture::ACME;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::{Message as Frame, client::IntoClientRequest as _};

use super::app::{Names, bearer};
use super::http::{client, get, serve};

const SOON: Duration = Duration::from_secs(5);

/// Everybody belongs to ACME, which may be suspended: its members are told so, and are members still.
#[derive(Clone, Default)]
struct Suspendable {
    is_suspended: Arc<AtomicBool>,
    /// Every second question is answered after some time only.
    answers_late: Arc<AtomicBool>,
    asked: Arc<AtomicU32>,
}

struct Standing {
    is_suspended: bool,
}

impl Membership for Suspendable {
    type TenantId = i32;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, _: &str, tenant: &i32) -> Result<Decision, Infallible> {
        Ok(Decision::admit_if(*tenant == ACME))
    }
}

impl DetailedMembership for Suspendable {
    type Details = Standing;

    async fn check_details(&self, _: &str, tenant: &i32) -> Result<DetailedDecision<Standing>, Infallible> {
        let turn = self.asked.fetch_add(1, Ordering::SeqCst);
        if self.answers_late.load(Ordering::SeqCst) && turn % 2 == 1 {
            sleep(Duration::from_millis(1500)).await;
        }
        let standing = Standing { is_suspended: self.is_suspended.load(Ordering::SeqCst) };
        Ok(DetailedDecision::admit_if_some((*tenant == ACME).then_some(standing)))
    }
}

fn unless_suspended(watch: Watch) -> Watch {
    watch.only_while(|member: &Admitted<i32, Standing>| !member.details().is_suspended)
}

async fn events(Tenant(_): Tenant<i32>, watch: Watch) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let once = futures_util::stream::iter(["begun"]).chain(futures_util::stream::pending());
    let events = unless_suspended(watch).guard_to_the_end(once).map(|next| match next {
        Ok(text) => Ok(Event::default().data(text)),
        Err(ended) => Ok(Event::default().event("end").data(ended.reason())),
    });
    Sse::new(events)
}

/// Ends by itself.
async fn finite(Tenant(_): Tenant<i32>, watch: Watch) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let all = unless_suspended(watch).guard_to_the_end(futures_util::stream::iter(["one", "two"]));
    Sse::new(all.map(|next| Ok(Event::default().data(next.unwrap_or_else(|ended| ended.reason())))))
}

async fn socket(Tenant(_): Tenant<i32>, watch: Watch, upgrade: WebSocketUpgrade) -> Response {
    TenantSocket::upgrade(
        upgrade,
        unless_suspended(watch),
        async |mut socket| while socket.recv().await.is_some() {},
    )
}

async fn start(edge: Edge<Names>) -> (SocketAddr, MembershipChanges) {
    let edge = edge.resolver(TenantPath::parameter("tenant", Directory::ids()));
    let changes = edge.membership_changes();
    let router = Router::new()
        .route("/{tenant}/events", route(events))
        .route("/{tenant}/finite", route(finite))
        .route("/{tenant}/socket", route(socket));
    (serve(router.layer(edge.layer())).await, changes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_ends_what_is_open_of_a_tenant_that_is_suspended_and_says_why() {
    let members = Suspendable::default();
    let edge = Edge::with_details(Authority::new(members.clone()), Names);
    let (address, changes) = start(edge).await;
    let request = axum::http::Request::get(format!("http://{address}/{ACME}/events"))
        .header("authorization", bearer("ada"));
    let mut body = client().request(request.body(Full::default()).unwrap()).await.unwrap().into_body();
    let mut next = async || {
        let frame = timeout(SOON, body.frame()).await.expect("in time");
        frame.map(|frame| String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap())
    };
    assert_eq!(next().await.unwrap(), "data: begun\n\n");
    let mut request = format!("ws://{address}/{ACME}/socket").into_client_request().unwrap();
    request.headers_mut().insert("authorization", bearer("ada").parse().unwrap());
    let (mut socket, _) = connect_async(request).await.unwrap();

    // The membership goes on to say yes.
    members.is_suspended.store(true, Ordering::SeqCst);
    changes.all_changed();
    assert_eq!(next().await.unwrap(), "event: end\ndata: not allowed any more\n\n");
    assert_eq!(next().await, None, "and that is the end");
    let closed = timeout(SOON, socket.next()).await.expect("in time").unwrap().unwrap();
    let Frame::Close(Some(closed)) = closed else { panic!("{closed:?}") };
    assert_eq!(closed.reason, "not allowed any more");

    // Nothing passes where it does not hold from the beginning.
    let ada = bearer("ada");
    let path = format!("/{ACME}/events");
    let answer = timeout(SOON, get(address, &path, &[("authorization", &ada)])).await.expect("it ends");
    assert_eq!(answer.body, "event: end\ndata: not allowed any more\n\n");
}

/// A membership that takes longer than a stream is held while it is asked again: the request was let in without the rule.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_passes_before_a_rule_was_held_against_an_answer() {
    let members = Suspendable { is_suspended: Arc::new(AtomicBool::new(true)), ..Suspendable::default() };
    let (address, _) = start(Edge::with_details(Authority::new(members.clone()), Names)).await;
    // The edge's own question is answered at once, the watch's much later.
    members.answers_late.store(true, Ordering::SeqCst);
    let ada = bearer("ada");
    let path = format!("/{ACME}/events");
    let answer = timeout(SOON, get(address, &path, &[("authorization", &ada)])).await.expect("it ends");
    assert_eq!(answer.body, "event: end\ndata: not allowed any more\n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_has_ended_by_itself_says_nothing_more() {
    let (address, _) = start(Edge::with_details(Authority::new(Suspendable::default()), Names)).await;
    let ada = bearer("ada");
    let path = format!("/{ACME}/finite");
    let answer = timeout(SOON, get(address, &path, &[("authorization", &ada)])).await.expect("it ends");
    assert_eq!(answer.body, "data: one\n\ndata: two\n\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_about_details_that_nobody_learns_lets_nothing_pass() {
    let (address, _) = start(Edge::new(Authority::new(Suspendable::default()), Names)).await;
    let ada = bearer("ada");
    let path = format!("/{ACME}/events");
    let answer = timeout(SOON, get(address, &path, &[("authorization", &ada)])).await.expect("it ends");
    assert_eq!(answer.body, "event: end\ndata: not allowed any more\n\n");
}

/// One authority seals, and stands at the edge.
#[tokio::test]
async fn an_edge_takes_the_authority_that_seals() {
    let keys = ScopeKeys::new(
        "shop",
        ScopeKey::new("1", &std::array::from_fn(|at| u8::try_from(at).unwrap() ^ 0xa5)).unwrap(),
    );
    let sealing = Authority::new(Suspendable::default()).sealing_with(keys);
    for edge in [Edge::new(&sealing, Names), Edge::with_details(&sealing, Names)] {
        let edge = edge.resolver(TenantPath::parameter("tenant", Directory::ids()));
        let app = Router::new()
            .route("/{tenant}", route(async |Tenant(scope): Tenant<i32>| scope.tenant().to_string()));
        let address = serve(app.layer(edge.layer())).await;
        let ada = bearer("ada");
        assert_eq!(get(address, "/1", &[("authorization", &ada)]).await.body, "1");
        assert_eq!(get(address, "/2", &[("authorization", &ada)]).await.status, 404);
    }
    let shared = Arc::new(sealing);
    let _edge = Edge::new(&*shared, Names);
    let scope = shared.admit("ada", Claimed::new(ACME)).await.unwrap();
    let purpose = Purpose::new("links");
    let sealed = shared.seal(&scope, purpose, Duration::from_secs(60)).unwrap();
    assert_eq!(*shared.open(sealed.as_str(), purpose).await.unwrap().tenant(), ACME);
}
