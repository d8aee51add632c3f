//! A request that comes through two edges: of an organisation, and of a part of it. What stays open belongs to both.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get as route;
use tenancy_axum::live::Watch;
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{MembershipChanges, Tenant};
use tenancy_tests::fixture::ACME;
use tokio::time::timeout;

use super::app::{Members, bearer, edge};
use super::http::{get, serve};

/// Answers why the watch has ended, when it has.
async fn ended(Tenant(_): Tenant<i32>, watch: Watch) -> String {
    format!("{:?}", watch.every(Duration::from_secs(3600)).ended().await)
}

/// The members of the outer edge and of the inner one, and where each is told of a change.
async fn start() -> (SocketAddr, [(Members, MembershipChanges); 2]) {
    let each = [Members::new(), Members::new()];
    let [outer, inner] = each
        .each_ref()
        .map(|members| edge(members).resolver(TenantPath::parameter("tenant", Directory::ids())));
    let changes = [outer.membership_changes(), inner.membership_changes()];
    let router = Router::new().route("/{tenant}/ended", route(ended));
    let address = serve(router.layer(inner.layer()).layer(outer.layer())).await;
    let [outer, inner] = each;
    let [outer_changes, inner_changes] = changes;
    (address, [(outer, outer_changes), (inner, inner_changes)])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_either_membership() {
    for which in [0, 1] {
        let (address, each) = start().await;
        let mut answer = tokio::spawn(async move {
            let ada = bearer("ada");
            get(address, &format!("/{ACME}/ended"), &[("authorization", ada.as_str())]).await.body
        });
        let (members, changes) = &each[which];
        assert!(timeout(Duration::from_millis(300), &mut answer).await.is_err(), "she is a member of both");
        members.remove("ada", ACME);
        changes.changed(&"ada", &ACME);
        let ended = timeout(Duration::from_secs(20), answer).await.expect("it ends").unwrap();
        assert_eq!(ended, "NoMember", "{which}");
    }
}
