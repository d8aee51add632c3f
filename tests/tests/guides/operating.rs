//! `operating.md`.

use std::sync::Mutex;

use diesel::prelude::*;
use tenancy_diesel::prelude::*;
use tenancy_diesel::{AdmissionDoor, AdmitError, testing};

use crate::app::connection;
use crate::app::schema::{agents, canvases, endpoints, jobs, memberships, support_grants};

/// Who asks.
pub(crate) enum Principal {
    /// Somebody who is logged in.
    User(i32),
    /// One of our own staff.
    Support(i32),
    /// A system that calls us; the endpoint was found by the secret that it sent.
    Webhook(i32),
    /// A worker, with the job that it does.
    Job(i32),
}

impl std::fmt::Display for Principal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Principal::User(id) => write!(formatter, "user {id}"),
            Principal::Support(id) => write!(formatter, "support {id}"),
            Principal::Webhook(id) => write!(formatter, "webhook {id}"),
            Principal::Job(id) => write!(formatter, "job {id}"),
        }
    }
}

/// The application's answer to who may act for whom, from its tables.
pub(crate) struct Members {
    connection: Mutex<SqliteConnection>,
    door: AdmissionDoor,
}

impl Membership for Members {
    type TenantId = i32;
    type Principal = Principal;
    type Error = diesel::result::Error;

    async fn check(&self, who: &Principal, tenant: &i32) -> QueryResult<Decision> {
        let connection = &mut *self.connection.lock().expect("nobody panics with it");
        let found: i64 = match who {
            Principal::User(id) => memberships::table
                .before_admission(&self.door, memberships::user_id, id)
                .filter(memberships::tenant_id.eq(tenant))
                .count()
                .get_result(connection)?,
            Principal::Support(id) => support_grants::table
                .before_admission(&self.door, support_grants::staff_id, id)
                .filter(support_grants::tenant_id.eq(tenant).and(support_grants::until.gt(diesel::dsl::now)))
                .count()
                .get_result(connection)?,
            Principal::Webhook(id) => endpoints::table
                .before_admission(&self.door, endpoints::id, id)
                .filter(endpoints::tenant_id.eq(tenant))
                .count()
                .get_result(connection)?,
            Principal::Job(id) => jobs::table
                .find(id)
                .filter(jobs::tenant_id.eq(tenant).and(jobs::done.eq(false)))
                .count()
                .get_result(connection)?,
        };
        Ok(Decision::admit_if(found > 0))
    }
}

fn door() -> AdmissionDoor {
    AdmissionDoor::new("to find who asks").unwrap()
}

fn authority() -> Authority<Members> {
    let mut connection = connection();
    diesel::connection::SimpleConnection::batch_execute(
        &mut connection,
        "INSERT INTO users VALUES (7, 'ada@acme.example');
         INSERT INTO memberships VALUES (7, 1, 'owner');
         INSERT INTO support_grants VALUES (1, 2, '2999-01-01 00:00:00'), (1, 1, '2001-01-01 00:00:00');
         INSERT INTO endpoints VALUES (5, 2, 'c0ffee');
         INSERT INTO jobs (id, tenant_id, kind) VALUES (1, 2, 'export'), (2, 1, 'export');",
    )
    .unwrap();
    Authority::new(Members { connection: Mutex::new(connection), door: door() })
}

#[tokio::test]
async fn support_looks_at_one_tenant_for_a_while() {
    let authority = authority();
    let scope = authority.admit(&Principal::Support(1), Claimed::new(2)).await.unwrap();
    assert_eq!(scope.admitted().principal(), "support 1");
    let expired = authority.admit(&Principal::Support(1), Claimed::new(1)).await;
    assert!(matches!(expired, Err(AdmitError::Denied)));
    assert!(authority.admit(&Principal::User(7), Claimed::new(1)).await.is_ok());
    assert!(authority.admit(&Principal::User(7), Claimed::new(2)).await.is_err());
}

/// Whose endpoint sent this, and the tenant that it claims to be.
fn sender(
    secret_hash: &str,
    door: &AdmissionDoor,
    connection: &mut SqliteConnection,
) -> QueryResult<Option<(Principal, Claimed<i32>)>> {
    let endpoint: Option<(i32, i32)> = endpoints::table
        .before_admission(door, endpoints::secret_hash, secret_hash)
        .select((endpoints::id, endpoints::tenant_id))
        .first(connection)
        .optional()?;
    Ok(endpoint.map(|(id, tenant)| (Principal::Webhook(id), Claimed::new(tenant))))
}

#[tokio::test]
async fn a_webhook_acts_for_its_tenant() {
    let authority = authority();
    let found = sender("c0ffee", &door(), &mut authority.membership().connection.lock().unwrap()).unwrap();
    let (who, claim) = found.unwrap();
    assert_eq!(authority.admit(&who, claim).await.unwrap().tenant(), &2);
    assert!(
        sender("guess", &door(), &mut authority.membership().connection.lock().unwrap()).unwrap().is_none()
    );
    assert!(authority.admit(&Principal::Webhook(5), Claimed::new(1)).await.is_err());
}

/// Does the next job, within its tenant.
async fn work(
    authority: &Authority<Members>,
    connection: &mut SqliteConnection,
) -> Result<bool, Box<dyn std::error::Error>> {
    let next: Option<(i32, i32)> = jobs::table
        .filter(jobs::done.eq(false))
        .order(jobs::id)
        .select((jobs::id, jobs::tenant_id))
        .first(connection)
        .optional()?;
    let Some((id, tenant)) = next else { return Ok(false) };
    // Asked again now: the tenant may have left since the job was queued.
    let scope = authority.admit(&Principal::Job(id), Claimed::new(tenant)).await?;
    export(&scope, connection)?;
    diesel::update(jobs::table.find(id)).set(jobs::done.eq(true)).execute(connection)?;
    Ok(true)
}

fn export(scope: &Scoped<i32>, connection: &mut SqliteConnection) -> QueryResult<i64> {
    agents::table.scoped(scope).count().get_result(connection)
}

#[tokio::test]
async fn a_worker_asks_for_each_job() {
    let authority = authority();
    let connection = &mut connection();
    diesel::connection::SimpleConnection::batch_execute(
        connection,
        "INSERT INTO jobs (id, tenant_id, kind) VALUES (1, 2, 'export'), (9, 2, 'export');",
    )
    .unwrap();
    assert!(work(&authority, connection).await.unwrap());
    // The authority's database has no job 9.
    assert_eq!(
        work(&authority, connection).await.unwrap_err().to_string(),
        AdmitError::<diesel::result::Error>::Denied.to_string()
    );
}

#[test]
fn two_tenants_in_a_test() {
    let connection = &mut connection();
    let (acme, globex) = (testing::scope(1), testing::scope(2));
    let before: i64 = agents::table.scoped(&globex).count().get_result(connection).unwrap();
    tenancy_diesel::delete(canvases::table.scoped(&acme)).execute(connection).unwrap();
    tenancy_diesel::delete(agents::table.scoped(&acme)).execute(connection).unwrap();
    assert_eq!(agents::table.scoped(&globex).count().get_result(connection), Ok(before));
}

#[test]
fn a_test_that_counts_everything() {
    let everything = testing::cross_tenant("a test counts the rows of all tenants");
    let count = agents::table.across_tenants(&everything).count().get_result(&mut connection());
    assert_eq!(count, Ok(4_i64));
}
