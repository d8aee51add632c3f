//! What somebody of each role may do to the roles of others. F11, F22.

use axum::http::StatusCode;
use saas::model::membership::Role;

use crate::client::Product;

const ROLES: [Role; 4] = [Role::Viewer, Role::Member, Role::Admin, Role::Owner];

/// Nobody gives a role above their own, neither by an invitation nor to who is there, and none gives what no organisation has to give.
#[tokio::test(flavor = "multi_thread")]
async fn f22_nobody_gives_a_role_above_their_own() {
    let product = Product::on_sqlite().await;
    let mut kim = product.joined("kim", "acme", Role::Viewer).await;
    let kims = format!("/o/acme/members/{}", product.id_of("kim@acme.example").await);
    for own in ROLES {
        let mut person = product.joined(own.as_str(), "acme", own).await;
        for given in ROLES.map(Role::as_str).into_iter().chain(["support", "service", "invited", "king"]) {
            let is_theirs_to_give = match own {
                Role::Owner => ["viewer", "member", "admin", "owner"].contains(&given),
                Role::Admin => ["viewer", "member", "admin"].contains(&given),
                _ => false,
            };
            product.make("kim@acme.example", "acme", Role::Viewer).await;
            let invited =
                person.post("/o/acme/invitations", &[("email", "lee@acme.example"), ("role", given)]).await;
            let changed = person.post(&kims, &[("role", given)]).await;
            let expected = match is_theirs_to_give {
                true => (StatusCode::OK, StatusCode::SEE_OTHER),
                false => (StatusCode::FORBIDDEN, StatusCode::FORBIDDEN),
            };
            assert_eq!((invited.status, changed.status), expected, "{own} gives {given}: {}", changed.body);
            // What kim is now, kim sees.
            let is_admin = is_theirs_to_give && ["admin", "owner"].contains(&given);
            let members = kim.get("/o/acme/members").await.status;
            assert_eq!(members == StatusCode::OK, is_admin, "{own} gives {given}: {members}");
            let may_work = is_theirs_to_give && given != "viewer";
            let made = kim.post("/o/acme/projects", &[("name", "Mine")]).await.status;
            assert_eq!(made == StatusCode::SEE_OTHER, may_work, "{own} gives {given}: {made}");
        }
    }
}

/// An owner is changed, and let go, by owners alone.
#[tokio::test(flavor = "multi_thread")]
async fn f22_owners_are_changed_by_owners() {
    for product in [Product::on_sqlite().await, Product::on_postgres().await] {
        let mut second = product.joined("second", "acme", Role::Owner).await;
        let mut admin = product.joined("admin", "acme", Role::Admin).await;
        let seconds = format!("/o/acme/members/{}", product.id_of("second@acme.example").await);
        for role in ["", "viewer", "admin"] {
            let refused = admin.post(&seconds, &[("role", role)]).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{role}");
            assert!(refused.body.contains("whom only owners change"), "{}", refused.body);
            assert_eq!(second.get("/o/acme/members").await.status, StatusCode::OK, "{role}");
        }
        // Also where the page that an admin looks at was another one a moment before.
        let changed = {
            let (scope, user) = (product.scope("acme").await, product.id_of("second@acme.example").await);
            saas::model::people::change(&product.app.db, &scope, Role::Admin, &user, None).await.unwrap()
        };
        assert_eq!(changed, saas::model::people::Changed::Nobody);
        let mut ada = product.signed_in("ada@acme.example").await;
        assert_eq!(ada.post(&seconds, &[("role", "")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(second.get("/o/acme/members").await.status, StatusCode::NOT_FOUND);
        // Let go twice, she is gone.
        assert_eq!(ada.post(&seconds, &[("role", "")]).await.status, StatusCode::SEE_OTHER);
        assert_eq!(ada.post(&seconds, &[("role", "member")]).await.status, StatusCode::NOT_FOUND);
    }
}
