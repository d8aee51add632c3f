//! A stream ends when what the membership learns is no longer enough, though it still admits. F18.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use tenancy_axum::live::Watch;
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Edge, MembershipChanges};
use tenancy_diesel::{Admitted, Authority, Decision, DetailedDecision, DetailedMembership, Membership};
use tenancy_tests::fixture::ACME;
use tokio::time::timeout;

use super::app::{Names, bearer};
use super::http::{get, serve};

/// Everybody is somebody everywhere, of this rank.
#[derive(Clone)]
struct Ranks(Arc<AtomicU8>);

impl Membership for Ranks {
    type TenantId = i32;
    type Principal = str;
    type Error = Infallible;

    async fn check(&self, _: &str, _: &i32) -> Result<Decision, Infallible> {
        Ok(Decision::Admit)
    }
}

impl DetailedMembership for Ranks {
    type Details = u8;

    async fn check_details(&self, _: &str, _: &i32) -> Result<DetailedDecision<u8>, Infallible> {
        Ok(DetailedDecision::Admit(self.0.load(Ordering::SeqCst)))
    }
}

/// Answers why the watch has ended, when it has.
async fn ended(watch: Watch) -> String {
    let at_least = |rank: &Admitted<i32, u8>| *rank.details() >= 2;
    let at_most = |rank: &Admitted<i32, u8>| *rank.details() <= 3;
    let mut watch = watch.every(Duration::from_secs(3600)).only_while(at_least).only_while(at_most);
    format!("{:?}", watch.ended().await)
}

async fn served(rank: u8) -> (Arc<AtomicU8>, MembershipChanges, std::net::SocketAddr) {
    let rank = Arc::new(AtomicU8::new(rank));
    let edge = Edge::with_details(Authority::new(Ranks(Arc::clone(&rank))), Names);
    let edge = edge.resolver(TenantPath::parameter("tenant", Directory::ids()));
    let changes = edge.membership_changes();
    let router = Router::new().route("/{tenant}/ended", route(ended)).layer(edge.layer());
    (rank, changes, serve(router).await)
}

async fn asked(address: std::net::SocketAddr) -> String {
    let ada = bearer("ada");
    get(address, &format!("/{ACME}/ended"), &[("authorization", ada.as_str())]).await.body
}

/// Said twice, both have to hold; and what is enough still goes on.
#[tokio::test(flavor = "multi_thread")]
async fn f18_a_stream_ends_when_what_is_learnt_is_no_longer_enough() {
    for too in [1, 4] {
        let (rank, changes, address) = served(2).await;
        let mut answer = tokio::spawn(asked(address));
        rank.store(3, Ordering::SeqCst);
        changes.all_changed();
        assert!(timeout(Duration::from_millis(300), &mut answer).await.is_err(), "three is enough");
        rank.store(too, Ordering::SeqCst);
        changes.changed(&"ada", &ACME);
        let ended = timeout(Duration::from_secs(20), answer).await.expect("it ends").unwrap();
        assert_eq!(ended, "NotAllowed", "{too}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_a_stream_for_which_it_was_never_enough_does_not_begin() {
    let (_, _, address) = served(1).await;
    let ended = timeout(Duration::from_secs(20), asked(address)).await.expect("it ends");
    assert_eq!(ended, "NotAllowed");
}
