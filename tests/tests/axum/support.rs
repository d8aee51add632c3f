//! Access for support, in an application on SQLite that keeps the grants itself.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::response::sse::{Event, Sse};
use axum::routing::get as route;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use futures_util::Stream;
use http_body_util::{BodyExt as _, Full};
use tenancy_axum::live::Watch;
use tenancy_axum::resolve::{Directory, TenantPath};
use tenancy_axum::{Edge, Tenant};
use tenancy_core::support::{SupportAccess, SupportStore, Through, WithSupport};
use tenancy_core::{AdmitError, Authority, Claimed, Reason, TenantKey};
use tenancy_tests::fixture::{ACME, GLOBEX};
use tokio::time::timeout;

use super::app::{Members, Names, bearer};
use super::http::{client, serve};

const TABLES: &str = "
CREATE TABLE support_access (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, person TEXT NOT NULL, reason TEXT NOT NULL, ends_at INTEGER NOT NULL);
CREATE TABLE support_uses (access INTEGER NOT NULL REFERENCES support_access, tenant TEXT NOT NULL);
INSERT INTO support_access (tenant, person, reason, ends_at) VALUES ('1', 'bob', 'ticket 12', unixepoch() + 3600), ('2', 'eve', 'over', unixepoch() - 1);
";

#[derive(Clone)]
struct SqliteGrants(Arc<Mutex<SqliteConnection>>);

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = Text)]
    reason: String,
    #[diesel(sql_type = BigInt)]
    ends_at: i64,
}

impl SqliteGrants {
    fn new() -> Self {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        connection.batch_execute(TABLES).unwrap();
        Self(Arc::new(Mutex::new(connection)))
    }

    fn run(&self, sql: &str) -> usize {
        diesel::sql_query(sql).execute(&mut *self.0.lock().unwrap()).unwrap()
    }
}

impl SupportStore for SqliteGrants {
    type Error = diesel::result::Error;

    async fn use_grant(
        &self,
        person: &str,
        tenant: &TenantKey,
    ) -> Result<Option<SupportAccess>, Self::Error> {
        let mut connection = self.0.lock().unwrap();
        let found = connection.immediate_transaction(|connection| {
            let found: Option<Found> = diesel::sql_query(
                "SELECT id, reason, ends_at FROM support_access WHERE tenant = ? AND person = ? AND ends_at > unixepoch()",
            )
            .bind::<Text, _>(tenant.as_str())
            .bind::<Text, _>(person)
            .get_result(connection)
            .optional()?;
            if let Some(found) = &found {
                diesel::sql_query("INSERT INTO support_uses (access, tenant) VALUES (?, ?)")
                    .bind::<BigInt, _>(found.id)
                    .bind::<Text, _>(tenant.as_str())
                    .execute(connection)?;
            }
            diesel::QueryResult::Ok(found)
        })?;
        Ok(found.map(|found| {
            let until = UNIX_EPOCH + Duration::from_secs(found.ends_at.unsigned_abs());
            SupportAccess::new(found.id.to_string(), Reason::new(&found.reason).unwrap(), "carol", until)
        }))
    }
}

fn authority(grants: &SqliteGrants) -> Authority<WithSupport<Members, SqliteGrants>> {
    Authority::new(WithSupport::new(Members::new(), grants.clone(), |who: &str| Some(who.to_owned())))
}

#[tokio::test]
async fn an_application_on_sqlite_keeps_grants_in_a_table_of_its_own() {
    let grants = SqliteGrants::new();
    let authority = authority(&grants);
    let bob = authority.admit_with_details("bob", Claimed::new(ACME)).await.unwrap();
    let access = bob.details().support().unwrap();
    assert!(access.reason().as_str() == "ticket 12" && access.until() > SystemTime::now());
    let ada = authority.admit_with_details("ada", Claimed::new(ACME)).await.unwrap();
    assert_eq!(*ada.details(), Through::Membership(format!("ada of {ACME}")));
    for (who, tenant) in [("bob", GLOBEX), ("eve", GLOBEX), ("eve", ACME)] {
        assert!(matches!(authority.admit(who, Claimed::new(tenant)).await, Err(AdmitError::Denied)), "{who}");
    }
    assert_eq!(grants.run("DELETE FROM support_uses WHERE tenant = '1'"), 1);
    // Where a use cannot be written nobody comes in.
    grants.run("DROP TABLE support_uses");
    assert!(matches!(authority.admit("bob", Claimed::new(ACME)).await, Err(AdmitError::Membership(_))));
}

async fn silence(Tenant(_): Tenant<i32>, watch: Watch) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let watch = watch.every(Duration::from_millis(100));
    Sse::new(watch.guard(futures_util::stream::pending()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_support_has_opened_ends_with_the_grant() {
    let grants = SqliteGrants::new();
    let edge =
        Edge::new(authority(&grants), Names).resolver(TenantPath::parameter("tenant", Directory::ids()));
    let address = serve(Router::new().route("/{tenant}/events", route(silence)).layer(edge.layer())).await;
    let request = |who: &str, tenant: i32| {
        axum::http::Request::get(format!("http://{address}/{tenant}/events"))
            .header("authorization", bearer(who))
            .body(Full::default())
            .unwrap()
    };
    assert_eq!(client().request(request("bob", GLOBEX)).await.unwrap().status(), 404);
    let response = client().request(request("bob", ACME)).await.unwrap();
    assert_eq!(response.status(), 200);
    let mut ended = tokio::spawn(axum::body::Body::new(response.into_body()).collect());
    assert!(
        timeout(Duration::from_millis(300), &mut ended).await.is_err(),
        "it goes on while the grant holds"
    );
    grants.run("UPDATE support_access SET ends_at = unixepoch() WHERE person = 'bob'");
    timeout(Duration::from_secs(5), ended).await.unwrap().unwrap().unwrap();
    // It has asked more than once, and each is in the record.
    assert!(grants.run("DELETE FROM support_uses") > 1);
}
