//! Statements are prepared once for all tenants.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use tenancy_diesel::{delete, insert_into, testing};
use tenancy_tests::schema::{agents, canvases};

use super::{Connection, RunQueryDsl, connect};

/// How many prepared statements the session has, of which the question itself is one.
async fn prepared(connection: &mut Connection) -> i64 {
    let query = sql::<BigInt>("SELECT COUNT(*) FROM pg_prepared_statements");
    query.get_result(connection).await.expect("a count")
}

#[tokio::test]
async fn a_read_is_prepared_once() {
    let Some(connection) = &mut connect().await else { return };
    let managers = tenancy_diesel::alias!(agents as managers);
    // The first question is prepared as well.
    prepared(connection).await;
    let before = prepared(connection).await;
    for (tenant, expected) in [(1, ["ada", "bob"].as_slice()), (2, &["ada", "zoe"]), (3, &[])] {
        let scope = &testing::scope(tenant);
        let signing = canvases::table.scoped(scope).select(canvases::agent_id);
        let query = agents::table
            .scoped(scope)
            .left_join(
                managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())),
            )
            .filter(agents::id.eq_any(signing))
            .select(agents::name)
            .order(agents::id);
        // The one statement answers each tenant for itself.
        assert_eq!(query.load::<String>(connection).await.unwrap(), expected);
    }
    assert_eq!(prepared(connection).await, before + 1);
}

#[tokio::test]
async fn an_insert_and_a_delete_are_prepared_once() {
    let Some(connection) = &mut connect().await else { return };
    prepared(connection).await;
    let before = prepared(connection).await;
    for tenant in [1, 2, 3] {
        let table = agents::table.scoped(&testing::scope(tenant));
        let statement = insert_into(table).values((agents::id.eq(9), agents::name.eq("new")));
        assert_eq!(statement.execute(connection).await.unwrap(), 1);
    }
    assert_eq!(prepared(connection).await, before + 1);
    for tenant in [1, 2, 3] {
        let table = agents::table.scoped(&testing::scope(tenant));
        assert_eq!(delete(table).find(9).execute(connection).await.unwrap(), 1);
    }
    assert_eq!(prepared(connection).await, before + 2);
}

#[tokio::test]
async fn what_prints_otherwise_is_prepared_otherwise() {
    let Some(connection) = &mut connect().await else { return };
    let across = testing::cross_tenant("count them");
    prepared(connection).await;
    let before = prepared(connection).await;
    let scoped = agents::table.scoped(&testing::scope(1)).count();
    assert_eq!(scoped.get_result::<i64>(connection).await.unwrap(), 3);
    let all = agents::table.across_tenants(&across).count();
    assert_eq!(all.get_result::<i64>(connection).await.unwrap(), 6);
    let other = canvases::table.scoped(&testing::scope(1)).count();
    assert_eq!(other.get_result::<i64>(connection).await.unwrap(), 4);
    assert_eq!(prepared(connection).await, before + 3);
}
