//! The live feed: it is of one organisation, and ends when whoever listens may not any more. F18.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, StatusCode};
use http_body_util::BodyExt as _;
use saas::model::membership::Role;

use crate::client::{Person, Product};

/// A feed that is open.
struct Feed(Body);

/// Longer than this nobody waits for what does not come.
const PATIENCE: Duration = Duration::from_secs(30);

impl Feed {
    async fn of(person: &Person, slug: &str) -> Self {
        let answer = person.ask(Method::GET, &format!("/o/{slug}/feed"), None, &[]).await;
        assert_eq!(answer.status(), StatusCode::OK);
        Self(answer.into_body())
    }

    /// What comes next; `None` when it has ended. That it is alive, which it says every fifteen seconds, is nothing.
    async fn next(&mut self) -> Option<String> {
        let said = async {
            loop {
                let frame = self.0.frame().await?.unwrap();
                let said = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
                if !said.starts_with(':') {
                    return Some(said);
                }
            }
        };
        tokio::time::timeout(PATIENCE, said).await.expect("the feed neither goes on nor ends")
    }
}

impl Product {
    async fn happens(&self, slug: &str, what: &str) {
        self.app.happened(&self.scope(slug).await, "Somebody", what).await.unwrap();
    }
}

async fn ends_with_what_it_is_for(product: &Product) {
    let mut ada = product.signed_in("ada@acme.example").await;
    let mut olga = product.signed_in("olga@saas.example").await;
    let grace = product.signed_in("grace@globex.example").await;
    let removed = product.joined("removed", "acme", Role::Member).await;
    let lowered = product.joined("lowered", "acme", Role::Admin).await;
    let supporter = product.joined("supporter", "acme", Role::Support).await;
    let mut adas = Feed::of(&ada, "acme").await;
    let mut feeds = Vec::new();
    for (person, slug) in [(&removed, "acme"), (&lowered, "acme"), (&supporter, "acme"), (&grace, "globex")] {
        feeds.push(Feed::of(person, slug).await);
    }
    product.happens("acme", "was here").await;
    for feed in &mut feeds[..3] {
        assert!(feed.next().await.unwrap().contains("Somebody was here"));
    }

    for (name, role) in [("removed", ""), ("lowered", "viewer")] {
        let user = product.id_of(&format!("{name}@acme.example")).await;
        let changed = ada.post(&format!("/o/acme/members/{user}"), &[("role", role)]).await;
        assert_eq!(changed.status, StatusCode::SEE_OTHER, "{}", changed.body);
    }
    let globex = product.tenant("globex").await;
    let suspended = [("status", "suspended"), ("plan", "free"), ("reason", "unpaid")];
    olga.post(&format!("/operator/tenants/{globex}"), &suspended).await;
    // A grant of support ends by the clock; nobody has to say so.
    product.sql("UPDATE main.memberships SET expires_at = 0 WHERE role = 'support'").await;
    product.app.left();
    for (feed, whose) in feeds.iter_mut().zip(["removed", "lowered", "supporter", "suspended"]) {
        while let Some(said) = feed.next().await {
            // What had happened before.
            assert!(!said.contains("afterwards"), "{whose}: {said}");
        }
    }
    // Whoever is less than before may ask again, as what they are now.
    let mut again = Feed::of(&lowered, "acme").await;
    product.happens("acme", "went on afterwards").await;
    assert!(again.next().await.unwrap().contains("afterwards"));
    loop {
        // The owner's has not ended, and is not the other organisation's.
        let said = adas.next().await.expect("it goes on");
        assert!(!said.contains("unpaid"), "{said}");
        if said.contains("afterwards") {
            break;
        }
    }
}

#[tokio::test]
async fn f18_a_feed_ends_for_who_was_removed_lowered_or_suspended_and_with_support() {
    ends_with_what_it_is_for(&Product::on_sqlite().await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn f18_the_same_behind_the_sealed_wall_of_postgresql() {
    ends_with_what_it_is_for(&Product::on_postgres().await).await;
}
