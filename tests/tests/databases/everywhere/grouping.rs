//! Aggregates, groups and counts.

use diesel::dsl::{count, count_star, max, min, sum};
use diesel::prelude::*;
use diesel::sql_types::{Integer, Text};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

diesel::define_sql_function! { fn lower(text: Text) -> Text; }
diesel::define_sql_function! { fn substring(text: Text, from: Integer, length: Integer) -> Text; }

/// Within a group a function of what it is grouped by has one value: the least is it, whatever is bound.
#[tokio::test]
async fn a_function_groups_and_the_least_of_it_is_selected() {
    let Some(connection) = &mut connect().await else { return };
    let title = || lower(canvases::title);
    let query = canvases::table
        .scoped(&acme())
        .group_by(title())
        .select((min(title()), count_star()))
        .order(min(title()));
    let rows: Vec<(Option<String>, i64)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [(Some("odd".into()), 1), (Some("sea".into()), 1), (Some("sun".into()), 2)]);
    let initial = || substring(canvases::title, 1, 1);
    let query = canvases::table.scoped(&acme()).group_by(initial()).select((min(initial()), count_star()));
    let mut rows: Vec<(Option<String>, i64)> = query.load(connection).await.unwrap();
    rows.sort();
    assert_eq!(rows, [(Some("o".into()), 1), (Some("s".into()), 3)]);
}

#[tokio::test]
async fn count_is_of_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), 4), (globex(), 3)] {
        let query = canvases::table.scoped(&scope).count();
        assert_eq!(query.get_result::<i64>(connection).await.unwrap(), expected);
    }
    let query = canvases::table.scoped(&acme()).filter(canvases::title.eq("sun")).count();
    assert_eq!(query.get_result::<i64>(connection).await.unwrap(), 2);
}

#[tokio::test]
async fn aggregates_are_of_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let query = canvases::table.scoped(&acme()).select((
        min(canvases::score),
        max(canvases::score),
        count(canvases::title),
        count(canvases::title).aggregate_distinct(),
    ));
    let row: (Option<i32>, Option<i32>, i64, i64) = query.get_result(connection).await.unwrap();
    assert_eq!(row, (Some(10), Some(40), 4, 3));
    let query =
        canvases::table.scoped(&globex()).filter(canvases::score.gt(1000)).select(max(canvases::score));
    assert_eq!(query.get_result::<Option<i32>>(connection).await.unwrap(), None);
}

#[tokio::test]
async fn groups_are_of_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let query = canvases::table
        .scoped(&acme())
        .group_by(canvases::title)
        .select((canvases::title, count_star(), max(canvases::score)))
        .order(canvases::title);
    let rows: Vec<(String, i64, Option<i32>)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [("odd".into(), 1, Some(40)), ("sea".into(), 1, Some(20)), ("sun".into(), 2, Some(30))]);
}

#[tokio::test]
async fn having_weighs_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    // `sun` has three rows in all, and one of GLOBEX.
    for (scope, expected) in [(acme(), vec!["sun"]), (globex(), vec![])] {
        let query = canvases::table
            .scoped(&scope)
            .group_by(canvases::title)
            .having(count_star().gt(1))
            .select(canvases::title);
        assert_eq!(query.load::<String>(connection).await.unwrap(), expected);
    }
}

#[tokio::test]
async fn a_join_is_grouped_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .group_by((agents::id, agents::name))
        .select((agents::name, count(canvases::id.nullable()), sum(canvases::score.nullable()).is_null()))
        .order(agents::id);
    let rows: Vec<(String, i64, bool)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [("ada".into(), 2, false), ("bob".into(), 1, false), ("cyd".into(), 0, true)]);
}

#[tokio::test]
async fn grouping_by_the_tenant_gives_one_group() {
    let Some(connection) = &mut connect().await else { return };
    let query = canvases::table
        .scoped(&globex())
        .group_by(canvases::tenant_id)
        .select((canvases::tenant_id, count_star()));
    assert_eq!(query.load::<(i32, i64)>(connection).await.unwrap(), [(2, 3)]);
}
