//! Queries within queries: each is scoped by the same rule.

use diesel::dsl::{exists, max, not};
use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn exists_asks_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, with, without) in [(acme(), [1, 2], [3]), (globex(), [1, 2], [4])] {
        let of_agent = || canvases::table.scoped(&scope).filter(canvases::agent_id.eq(agents::id));
        let query =
            agents::table.scoped(&scope).filter(exists(of_agent())).select(agents::id).order(agents::id);
        assert_eq!(query.load::<i32>(connection).await.unwrap(), with);
        let query = agents::table.scoped(&scope).filter(not(exists(of_agent()))).select(agents::id);
        assert_eq!(query.load::<i32>(connection).await.unwrap(), without);
    }
}

#[tokio::test]
async fn select_exists_asks_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), false), (globex(), true)] {
        let query = diesel::select(exists(agents::table.scoped(&scope).filter(agents::name.eq("zoe"))));
        assert_eq!(query.get_result::<bool>(connection).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn eq_any_matches_the_tenants_values() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let with_canvas = canvases::table.scoped(scope).select(canvases::agent_id);
    let query = agents::table.scoped(scope).filter(agents::id.eq_any(with_canvas)).select(agents::id);
    // Agent 3 has a canvas of GLOBEX only.
    assert_eq!(query.order(agents::id).load::<i32>(connection).await.unwrap(), [1, 2]);
    let query = agents::table.scoped(scope).filter(agents::id.ne_all(with_canvas)).select(agents::id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [3]);
}

#[tokio::test]
async fn a_global_table_is_filtered_by_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let used = agents::table.scoped(&globex()).filter(agents::id.gt(1)).select(agents::plan_id).into_boxed();
    let query = plans::table.filter(plans::id.nullable().eq_any(used)).select(plans::name);
    assert_eq!(query.load::<String>(connection).await.unwrap(), ["free"]);
}

#[tokio::test]
async fn a_single_value_is_the_tenants() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), vec![]), (globex(), vec!["dan"])] {
        let highest = canvases::table.scoped(&scope).select(max(canvases::agent_id)).single_value();
        // 4 among ACME's, of which the agent is GLOBEX', and 3 among GLOBEX'.
        let query =
            agents::table.scoped(&scope).filter(agents::id.nullable().gt(highest)).select(agents::name);
        assert_eq!(query.load::<String>(connection).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_selected_single_value_is_the_tenants() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let highest = canvases::table
        .scoped(scope)
        .filter(canvases::agent_id.eq(agents::id))
        .select(max(canvases::score))
        .single_value();
    let query = agents::table.scoped(scope).select((agents::id, highest)).order(agents::id);
    let rows: Vec<(i32, Option<i32>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [(1, Some(20)), (2, Some(30)), (3, None)]);
}

#[tokio::test]
async fn a_union_has_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let titles = canvases::table.scoped(scope).filter(canvases::agent_id.ne(4)).select(canvases::title);
    let names = agents::table.scoped(scope).select(agents::name);
    let mut rows = titles.union(names).load::<String>(connection).await.unwrap();
    rows.sort();
    assert_eq!(rows, ["ada", "bob", "cyd", "sea", "sun"]);
    let mut rows = titles.union_all(names).load::<String>(connection).await.unwrap();
    rows.sort();
    assert_eq!(rows, ["ada", "bob", "cyd", "sea", "sun", "sun"]);
}
