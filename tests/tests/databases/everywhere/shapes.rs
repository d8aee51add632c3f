//! Queries that functions hand on: with inferred types, boxed, wrapped in a node of the application's own.

use diesel::dsl::{auto_type, count_star, sum};
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Nullable, Text};
use tenancy_diesel::dsl::{BoxedCondition, BoxedQuery, ScopedBy};
use tenancy_diesel::{Scoped, delete, update};
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{Backend, RunQueryDsl, connect, contents};

#[auto_type]
fn drawing(scope: &Scoped<i32>, least: i32) -> _ {
    let agents: ScopedBy<agents::table, i32> = agents::table.scoped(scope);
    let canvases: ScopedBy<canvases::table, i32> = canvases::table.scoped(scope);
    agents.inner_join(canvases).filter(canvases::score.ge(least))
}

#[auto_type]
fn is_named<'a>(name: &'a str) -> _ {
    agents::name.eq(name)
}

fn search<'a>(scope: &Scoped<i32>, name: Option<&'a str>) -> BoxedQuery<'a, agents::table, i32, Backend> {
    let query = agents::table.scoped(scope).into_boxed();
    match name {
        Some(name) => query.filter(is_named(name)),
        None => query,
    }
}

fn condition<'a>(name: Option<&'a str>) -> BoxedCondition<'a, agents::table, i32, Backend> {
    match name {
        Some(name) => Box::new(is_named(name)),
        None => Box::new(agents::id.gt(1)),
    }
}

/// A condition that may be neither true nor false.
fn led_by(
    manager: i32,
) -> Box<dyn BoxableExpression<ScopedBy<agents::table, i32>, Backend, SqlType = Nullable<Bool>>> {
    Box::new(agents::manager_id.eq(manager))
}

#[tokio::test]
async fn a_function_infers_its_type() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), [2, 3]), (globex(), [1, 2])] {
        let query = drawing(&scope, 20).select(canvases::id).order(canvases::id);
        assert_eq!(query.load::<i32>(connection).await.unwrap()[..2], expected);
    }
    let query = drawing(&acme(), 0).filter(is_named("bob")).select(count_star());
    assert_eq!(query.get_result::<i64>(connection).await.unwrap(), 1);
}

#[tokio::test]
async fn boxed_queries_and_conditions_stay_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let (acme, globex) = (&acme(), &globex());
    let ids = search(acme, None).select(agents::id).order(agents::id).load::<i32>(connection).await;
    assert_eq!(ids.unwrap(), [1, 2, 3]);
    let ids = search(globex, Some("ada")).select(agents::id).load::<i32>(connection).await;
    assert_eq!(ids.unwrap(), [1]);

    let query = agents::table.scoped(globex).filter(condition(None).and(led_by(2).assume_not_null()));
    assert_eq!(query.select(agents::name).load::<String>(connection).await.unwrap(), ["dan"]);
    let change =
        update(agents::table.scoped(globex)).filter(condition(Some("ada"))).set(agents::name.eq("eva"));
    assert_eq!(change.execute(connection).await.unwrap(), 1);
    let gone = delete(agents::table.scoped(acme)).filter(led_by(1)).execute(connection).await;
    assert_eq!(gone.unwrap(), 2);
    let left = contents::without(&contents::AGENTS, &["1:2:bob:1:2", "1:3:cyd:1:-"]);
    assert_eq!(contents::agents(connection).await, contents::with(&left, &["2:1:eva:2:2"]));
}

/// A page of a query's rows, each with the number of all of them: the node of Diesel's guide.
#[derive(Debug, Clone, Copy, QueryId)]
struct Paginated<Q> {
    query: Q,
    limit: i64,
    offset: i64,
}

trait Paginate: Sized {
    fn paginate(self, limit: i64, offset: i64) -> Paginated<Self> {
        Paginated { query: self, limit, offset }
    }
}

impl<Q> Paginate for Q {}

impl<Q: Query> Query for Paginated<Q> {
    type SqlType = (Q::SqlType, BigInt);
}

impl<Q, Conn> diesel::RunQueryDsl<Conn> for Paginated<Q> {}

impl<Q, DB> QueryFragment<DB> for Paginated<Q>
where
    DB: diesel::backend::Backend + HasSqlType<BigInt>,
    Q: QueryFragment<DB>,
    i64: ToSql<BigInt, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("SELECT *, COUNT(*) OVER () FROM (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(") AS page LIMIT ");
        out.push_bind_param::<BigInt, _>(&self.limit)?;
        out.push_sql(" OFFSET ");
        out.push_bind_param::<BigInt, _>(&self.offset)
    }
}

#[tokio::test]
async fn a_page_counts_the_tenants_rows_only() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), ["bob", "cyd"]), (globex(), ["zoe", "dan"])] {
        let query = agents::table.scoped(&scope).select((agents::id, agents::name)).order(agents::id);
        let page = query.paginate(2, 1).load::<((i32, String), i64)>(connection).await.unwrap();
        let names: Vec<_> = page.iter().map(|((_, name), total)| (&**name, *total)).collect();
        assert_eq!(names, expected.map(|name| (name, 3)));
    }
}

diesel::define_sql_function!(fn upper(text: Text) -> Text);

#[tokio::test]
async fn functions_order_and_group() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table.scoped(scope).select(upper(agents::name)).order(upper(agents::name).desc());
    assert_eq!(query.load::<String>(connection).await.unwrap(), ["CYD", "BOB", "ADA"]);
    let query = canvases::table
        .scoped(scope)
        .group_by((canvases::title, canvases::tenant_id))
        .select((upper(canvases::title), canvases::tenant_id, sum(canvases::score)))
        .having(count_star().gt(1))
        .order(upper(canvases::title));
    let rows = query.load::<(String, i32, Option<i64>)>(connection).await.unwrap();
    assert_eq!(rows, [("SUN".to_owned(), 1, Some(40))]);
}
