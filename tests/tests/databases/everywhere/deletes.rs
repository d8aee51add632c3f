//! Deletes: what they remove is the tenant's, whatever their predicates say.

use diesel::prelude::*;
use tenancy_diesel::delete;
use tenancy_tests::fixture::{GLOBEX, acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::contents::{self, AGENTS, CANVASES, without};
use super::{RunQueryDsl, connect};

#[tokio::test]
async fn a_filter_narrows() {
    let Some(connection) = &mut connect().await else { return };
    let statement = delete(canvases::table.scoped(&acme())).filter(canvases::title.eq("sun"));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    assert_eq!(contents::canvases(connection).await, without(&CANVASES, &["1:1:1:sun:10", "1:3:2:sun:30"]));
}

#[tokio::test]
async fn find_and_filters_narrow_together() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&globex());
    assert_eq!(delete(table).find(1).filter(agents::name.eq("zoe")).execute(connection).await.unwrap(), 0);
    assert_eq!(delete(table).find(1).filter(agents::name.eq("ada")).execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, without(&AGENTS, &["2:1:ada:2:2"]));
}

#[tokio::test]
async fn a_foreign_or_missing_row_is_zero_rows() {
    let Some(connection) = &mut connect().await else { return };
    for id in [4, 99] {
        assert_eq!(delete(agents::table.scoped(&acme())).find(id).execute(connection).await.unwrap(), 0);
    }
    assert_eq!(contents::agents(connection).await, AGENTS);
}

#[tokio::test]
async fn an_or_in_a_predicate_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let everyone = agents::name.eq("zoe").or(agents::id.gt(0)).or(agents::tenant_id.eq(GLOBEX));
    assert_eq!(delete(agents::table.scoped(&acme())).filter(everyone).execute(connection).await.unwrap(), 3);
    assert_eq!(contents::agents(connection).await, AGENTS[3..]);
    let everything = diesel::dsl::sql::<diesel::sql_types::Bool>("1=1 OR 1=1");
    let statement = delete(canvases::table.scoped(&globex())).filter(everything);
    assert_eq!(statement.execute(connection).await.unwrap(), 3);
    assert_eq!(contents::canvases(connection).await, CANVASES[..4]);
}

#[tokio::test]
async fn without_a_filter_all_of_the_tenants_rows_go() {
    let Some(connection) = &mut connect().await else { return };
    assert_eq!(delete(canvases::table.scoped(&globex())).execute(connection).await.unwrap(), 3);
    assert_eq!(contents::canvases(connection).await, CANVASES[..4]);
}

#[tokio::test]
async fn a_subquery_in_a_predicate_asks_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let known = agents::table.scoped(scope).select(agents::id);
    // Agent 4 is the other tenant's.
    let statement = delete(canvases::table.scoped(scope)).filter(canvases::agent_id.ne_all(known));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::canvases(connection).await, without(&CANVASES, &["1:4:4:odd:40"]));
}
