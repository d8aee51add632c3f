//! Web sockets. F18, L66.

use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::request::Parts;
use axum::routing::get as route;
use futures_util::{SinkExt as _, StreamExt as _};
use tenancy_axum::live::{TenantSocket, Topics, Watch};
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Authenticate, AuthenticationError, Credential, Edge};
use tenancy_diesel::Authority;
use tenancy_tests::fixture::{ACME, GLOBEX};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message as Frame};

use super::{App, LONG, SOON, Served, Socket, socket, start};
use crate::app::{Members, Names};
use crate::http::serve;

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
