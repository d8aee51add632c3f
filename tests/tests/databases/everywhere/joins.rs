//! Joins of two and three sources, of which each is scoped or global.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn an_inner_join_pairs_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    // An agent id says nothing without its tenant: `1` is an agent of both.
    for (scope, expected) in [
        (acme(), vec![("ada", "sun", 10), ("ada", "sea", 20), ("bob", "sun", 30)]),
        (globex(), vec![("ada", "sun", 100), ("zoe", "sky", 200)]),
    ] {
        let query = canvases::table
            .scoped(&scope)
            .inner_join(agents::table.scoped(&scope))
            .select((agents::name, canvases::title, canvases::score))
            .order(canvases::id);
        let rows: Vec<(String, String, i32)> = query.load(connection).await.unwrap();
        let rows: Vec<_> = rows.iter().map(|(name, title, score)| (&**name, &**title, *score)).collect();
        assert_eq!(rows, expected);
    }
}

#[tokio::test]
async fn a_left_join_keeps_rows_without_a_match_in_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .select((agents::name, canvases::title.nullable()))
        .order((agents::id, canvases::id));
    let rows: Vec<(String, Option<String>)> = query.load(connection).await.unwrap();
    assert_eq!(
        rows,
        [
            ("ada".into(), Some("sun".into())),
            ("ada".into(), Some("sea".into())),
            ("bob".into(), Some("sun".into())),
            // Canvas 5 names agent 3, and is the other tenant's.
            ("cyd".into(), None),
        ]
    );
}

#[tokio::test]
async fn a_left_join_from_the_child_keeps_children_of_foreign_parents() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = canvases::table
        .scoped(scope)
        .left_join(agents::table.scoped(scope))
        .filter(canvases::id.ge(3))
        .select((canvases::title, agents::name.nullable()))
        .order(canvases::id);
    let rows: Vec<(String, Option<String>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [("sun".into(), Some("bob".into())), ("odd".into(), None)]);
}

#[tokio::test]
async fn an_explicit_on_pairs_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let on = canvases::agent_id.eq(agents::id).and(canvases::title.eq("sun"));
    let query = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope).on(on))
        .select((agents::id, canvases::score.nullable()))
        .order(agents::id);
    let rows: Vec<(i32, Option<i32>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [(1, Some(10)), (2, Some(30)), (3, None)]);
}

#[tokio::test]
async fn an_on_that_is_always_true_pairs_rows_of_one_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let on = diesel::dsl::sql::<diesel::sql_types::Bool>("1=1) OR (1=1");
    let query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope).on(agents::id.eq(0).or(on)))
        .select((agents::tenant_id, canvases::tenant_id));
    assert_eq!(query.load::<(i32, i32)>(connection).await.unwrap(), [(2, 2); 9]);
}

#[tokio::test]
async fn a_filter_on_a_join_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .filter(agents::name.eq("zoe"))
        .or_filter(canvases::score.ge(20))
        .select(canvases::score)
        .order(canvases::score);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [20, 30]);
}

#[tokio::test]
async fn a_global_table_joins_from_the_right() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let inner = agents::table
        .scoped(scope)
        .inner_join(plans::table)
        .select((agents::name, plans::name))
        .order(agents::id);
    let rows: Vec<(String, String)> = inner.load(connection).await.unwrap();
    assert_eq!(rows, [("ada".into(), "paid".into()), ("dan".into(), "free".into())]);
    let left = agents::table
        .scoped(scope)
        .left_join(plans::table)
        .select((agents::name, plans::name.nullable()))
        .order(agents::id);
    let rows: Vec<(String, Option<String>)> = left.load(connection).await.unwrap();
    assert_eq!(rows[1], ("zoe".into(), None));
    assert_eq!(rows.len(), 3);
}

#[tokio::test]
async fn a_global_table_joins_from_the_left() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = plans::table
        .left_join(agents::table.scoped(scope))
        .select((plans::name, agents::name.nullable()))
        .order((plans::id, agents::id));
    let rows: Vec<(String, Option<String>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [("free".into(), Some("ada".into())), ("paid".into(), Some("bob".into()))]);
}

#[tokio::test]
async fn a_global_row_without_a_match_in_the_tenant_stays() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let on = agents::plan_id.eq(plans::id.nullable()).and(agents::name.eq("dan"));
    let query = plans::table
        .left_join(agents::table.scoped(scope).on(on))
        .select((plans::id, agents::id.nullable()))
        .order(plans::id);
    // `dan` is the other tenant's.
    assert_eq!(query.load::<(i32, Option<i32>)>(connection).await.unwrap(), [(1, None), (2, None)]);
}

#[tokio::test]
async fn three_sources_join_in_a_row() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .left_join(plans::table)
        .select((agents::name, canvases::title, plans::name.nullable()))
        .order(canvases::id);
    let rows: Vec<(String, String, Option<String>)> = query.load(connection).await.unwrap();
    assert_eq!(
        rows,
        [
            ("ada".into(), "sun".into(), Some("free".into())),
            ("ada".into(), "sea".into(), Some("free".into())),
            ("bob".into(), "sun".into(), Some("paid".into())),
        ]
    );
}

#[tokio::test]
async fn joins_nest_on_the_right() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = canvases::table
        .scoped(scope)
        .inner_join(agents::table.scoped(scope).inner_join(plans::table))
        .select((canvases::id, agents::name, plans::name))
        .order(canvases::id);
    let rows: Vec<(i32, String, String)> = query.load(connection).await.unwrap();
    assert_eq!(
        rows,
        [
            (1, "ada".into(), "free".into()),
            (2, "ada".into(), "free".into()),
            (3, "bob".into(), "paid".into())
        ]
    );
    let query = plans::table
        .left_join(agents::table.scoped(scope).inner_join(canvases::table.scoped(scope)))
        .select((plans::id, canvases::id.nullable()))
        .order(canvases::id);
    let rows: Vec<(i32, Option<i32>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [(1, Some(1)), (1, Some(2)), (2, Some(3))]);
}

#[tokio::test]
async fn a_nested_left_join_keeps_outer_rows() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let query = canvases::table
        .scoped(scope)
        .left_join(agents::table.scoped(scope).left_join(plans::table))
        .select((canvases::id, agents::name.nullable(), plans::name.nullable()))
        .order(canvases::id);
    let rows: Vec<(i32, Option<String>, Option<String>)> = query.load(connection).await.unwrap();
    assert_eq!(
        rows,
        [(1, Some("ada".into()), Some("paid".into())), (2, Some("zoe".into()), None), (5, None, None)]
    );
}

#[tokio::test]
async fn a_filtered_source_joins() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .filter(agents::id.eq(1))
        .or_filter(agents::id.eq(4))
        .inner_join(canvases::table.scoped(scope))
        .select(canvases::id)
        .order(canvases::id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [1, 2]);
}
