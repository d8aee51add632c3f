//! A scheduled job that walks all tenants.

use diesel::{ExpressionMethods as _, QueryDsl as _};
use diesel_async::SimpleAsyncConnection as _;
use diesel_async::{AsyncConnection as _, AsyncPgConnection};
use tenancy_diesel::testing::{RecordedEvent, RecordingSink};
use tenancy_diesel::{Authority, Claimed};
use tenancy_pool::TenantPool;
use tenancy_tests::fixture::{ACME, GLOBEX, ROWS, TABLES};
use tenancy_tests::schema::canvases;
use tenancy_tests::server::fresh_postgres_database;

use crate::members::Members;

/// A tenant without rows, and one that is suspended: the scheduler is no member of it.
const EMPTY: i32 = 3;

#[tokio::test]
async fn f20_a_scheduled_job_runs_once_for_each_active_tenant_in_its_scope() {
    let database = fresh_postgres_database("schedule");
    let mut owner = AsyncPgConnection::establish(&database).await.unwrap();
    owner.batch_execute(&format!("{TABLES}{ROWS}")).await.unwrap();
    let pool = TenantPool::<AsyncPgConnection>::builder(&database)
        .without_wall("the schedule of the tests")
        .build()
        .await
        .unwrap();
    let members =
        Members::of(&[("scheduler", ACME), ("scheduler", GLOBEX), ("scheduler", EMPTY), ("ada", 9)]);
    let sink = RecordingSink::new();
    let authority = Authority::new(members.clone()).with_audit_sink(sink.clone());

    let active = authority.admit_all("scheduler").await.unwrap();
    // A tenant that is suspended while the walk is under way is not walked: each is asked for again.
    members.remove("scheduler", EMPTY);

    let mut totals = Vec::new();
    for tenant in active.tenants() {
        let Ok(scope) = authority.admit("scheduler", Claimed::new(*tenant)).await else { continue };
        let doubled = tenancy_diesel::update(canvases::table.scoped(&scope))
            .set(canvases::score.eq(canvases::score * 2));
        pool.execute(&scope, doubled).await.unwrap();
        let scores = canvases::table.scoped(&scope).select(canvases::score).order(canvases::id);
        totals.push((*tenant, pool.load::<_, _, _, _, i32>(&scope, scores).await.unwrap()));
    }
    assert_eq!(totals, [(ACME, vec![20, 40, 60, 80]), (GLOBEX, vec![200, 400, 600])]);

    let denied =
        sink.events().into_iter().filter(|event| matches!(event, RecordedEvent::Denied { .. })).count();
    assert_eq!(denied, 1, "what was left out is in the audit trail");
}
