//! Boxed queries: the tenant is in the source, so nothing that is added later can drop it.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{Backend, RunQueryDsl, connect};

/// A function that callers hand a query through, as services do.
fn named<'a>(
    mut query: agents::BoxedQuery<'a, Backend, agents::SqlType, i32>,
    names: &[&'a str],
) -> agents::BoxedQuery<'a, Backend, agents::SqlType, i32> {
    for name in names {
        query = query.or_filter(agents::name.eq(*name));
    }
    query
}

#[tokio::test]
async fn later_filters_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), ["ada", "cyd"]), (globex(), ["ada", "zoe"])] {
        let query = named(agents::table.scoped(&scope).into_boxed(), &["zoe", "ada", "cyd"]);
        let names = query.select(agents::name).order(agents::name).load::<String>(connection).await.unwrap();
        assert_eq!(names, expected);
    }
}

#[tokio::test]
async fn a_boxed_query_is_counted_and_limited() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&acme()).into_boxed::<Backend>().filter(agents::id.gt(1));
    assert_eq!(query.count().get_result::<i64>(connection).await.unwrap(), 2);
    let query = agents::table.scoped(&globex()).select(agents::id).into_boxed::<Backend>();
    let query = query.filter(agents::id.eq(3)).or_filter(agents::id.gt(0)).order(agents::id.desc()).limit(2);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [4, 2]);
}

#[tokio::test]
async fn a_boxed_join_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let mut query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .select((agents::tenant_id, canvases::tenant_id, canvases::id))
        .into_boxed::<Backend>();
    for score in [10, 100, 300] {
        query = query.or_filter(canvases::score.eq(score));
    }
    assert_eq!(query.load::<(i32, i32, i32)>(connection).await.unwrap(), [(1, 1, 1)]);
}

#[tokio::test]
async fn a_boxed_query_joins() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .into_boxed::<Backend>()
        .filter(agents::id.eq(1))
        .inner_join(canvases::table.scoped(scope))
        .select(canvases::id)
        .order(canvases::id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_boxed_predicate_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    type Source = tenancy_diesel::ScopedTable<agents::table, tenancy_diesel::Within<i32>>;
    let mut predicate: Box<dyn BoxableExpression<Source, Backend, SqlType = diesel::sql_types::Bool>> =
        Box::new(agents::id.eq(2));
    for name in ["zoe", "ada"] {
        predicate = Box::new(predicate.or(agents::name.eq(name)));
    }
    let query = agents::table.scoped(&acme()).filter(predicate).select(agents::id).order(agents::id);
    assert_eq!(query.load::<i32>(connection).await.unwrap(), [1, 2]);
}
