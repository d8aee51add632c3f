//! Streams of events. F18, L66.

use std::convert::Infallible;
use std::sync::atomic::Ordering;

use axum::http::request::Parts;
use axum::response::sse::{Event, Sse};
use axum::routing::get as route;
use axum::{RequestPartsExt as _, Router};
use futures_util::StreamExt as _;
use http_body_util::BodyExt as _;
use tenancy_axum::Problem;
use tenancy_axum::live::Watch;
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_tests::fixture::{ACME, GLOBEX};
use tokio::time::timeout;

use super::{LONG, SOON, start};
use crate::app::{Members, bearer, edge};
use crate::http::{get, serve};

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_stream_of_events_ends_with_the_membership() {
    let served = start(LONG).await;
    let mut body = served.events().await;
    assert_eq!((served.publish(ACME, "one").await, served.publish(GLOBEX, "other").await), (1, 0));
    let frame = timeout(SOON, body.frame()).await.unwrap().unwrap().unwrap();
    assert_eq!(frame.into_data().unwrap(), "data: one\n\n");
    served.revoke();
    let end = timeout(SOON, body.frame()).await.expect("it ends");
    assert!(end.is_none(), "{end:?}");
    assert_eq!(served.publish(ACME, "two").await, 0);
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
    let answer = timeout(SOON, get(address, &path, &headers)).await.expect("it ends");
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
    let answer = timeout(SOON, get(address, &path, &headers)).await.expect("it ends");
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, ""));
}
