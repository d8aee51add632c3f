//! A quota whose truth is in the application's database: counted and used in one transaction.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncPgConnection, SimpleAsyncConnection as _};
use futures_util::future::join_all;
use tenancy_diesel::{Scoped, testing};
use tenancy_policies::{Allowance, PlanLimit};
use tenancy_pool::{PoolError, RunQueryDsl, TenantPool};
use tenancy_tests::fixture::{ROWS, TABLES};
use tenancy_tests::schema::{agents, canvases};
use tenancy_tests::server;

/// Adds an agent if the tenant has fewer than `most`, which its first canvas counts.
async fn add(
    tenants: &TenantPool<AsyncPgConnection>,
    scope: &Scoped<i32>,
    id: i32,
    most: i32,
) -> Result<bool, PoolError> {
    tenants
        .transaction(scope, async |tx| {
            // One statement: the row is locked, so whoever comes second sees what the first has counted.
            let counted = tenancy_diesel::update(canvases::table.scoped(scope))
                .filter(canvases::id.eq(1).and(canvases::score.lt(most)))
                .set(canvases::score.eq(canvases::score + 1))
                .execute(tx)
                .await?;
            if counted == 0 {
                return Ok(false);
            }
            let agent = (agents::id.eq(id), agents::name.eq(format!("agent {id}")));
            tenancy_diesel::insert_into(agents::table.scoped(scope)).values(agent).execute(tx).await?;
            Ok(true)
        })
        .await
}

/// F14: exactly as many as the plan allows, however many ask at once; one that fails costs nothing.
#[tokio::test(flavor = "multi_thread")]
async fn f14_a_quota_in_a_row_is_counted_with_what_it_counts() {
    let url = server::fresh_postgres_database("policies");
    let mut connection = AsyncPgConnection::establish(&url).await.unwrap();
    connection.batch_execute(&format!("{TABLES}{ROWS}")).await.unwrap();
    connection.batch_execute("UPDATE canvases SET score = 0 WHERE id = 1").await.unwrap();
    let tenants = TenantPool::<AsyncPgConnection>::builder(&url)
        .without_wall("a test of plain statements")
        .max_connections(8)
        .build()
        .await
        .unwrap();

    let agents_of_a_plan = PlanLimit::new("agents", |plan: &u64| *plan);
    let acme = testing::admitted(1, 7);
    let Allowance::AtMost(most) = agents_of_a_plan.of(&acme) else { panic!("a limit") };
    let most = i32::try_from(most).unwrap();
    // Two ask for an id that is there already: they fail after they were counted.
    let ids = (10..40).chain([1, 2]);
    let outcomes = join_all(ids.map(|id| add(&tenants, &acme, id, most))).await;
    assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Ok(true))).count(), 7);

    let count: i64 = tenants.get_result(acme.scope(), agents::table.scoped(&acme).count()).await.unwrap();
    assert_eq!(count, 3 + 7);
    let globex = testing::admitted(2, 7);
    let other: i64 = tenants.get_result(globex.scope(), agents::table.scoped(&globex).count()).await.unwrap();
    assert_eq!(other, 3);
}
