//! Updates and deletes of a filtered table, with alternatives and with filters in a box: each keeps its filters and its tenant.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use tenancy_diesel::{delete, update};
use tenancy_tests::fixture::{GLOBEX, acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::contents::{self, AGENTS, CANVASES, with, without};
use super::{RunQueryDsl, connect};

#[derive(Identifiable, AsChangeset)]
#[diesel(table_name = agents)]
struct Agent<'a> {
    id: i32,
    name: &'a str,
}

#[tokio::test]
async fn a_filtered_table_is_updated() {
    let Some(connection) = &mut connect().await else { return };
    let sun = canvases::table.scoped(&acme()).filter(canvases::title.eq("sun"));
    let statement = update(sun.filter(canvases::score.gt(10))).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:3:2:sun:0"]));
}

#[tokio::test]
async fn a_found_row_is_updated_and_deleted() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&globex());
    let row = Agent { id: 1, name: "new" };
    assert_eq!(update(table.find(row.id())).set(&row).execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["2:1:new:2:2"]));
    assert_eq!(delete(table.find(row.id())).execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, without(&AGENTS, &["2:1:ada:2:2"]));
    // The other tenant's row.
    assert_eq!(delete(table.find(3)).execute(connection).await.unwrap(), 0);
}

#[tokio::test]
async fn filters_on_the_table_and_after_it_narrow_together() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let statement = update(table.filter(canvases::title.eq("sun"))).filter(canvases::agent_id.eq(2));
    let statement = statement.set(canvases::title.eq("moon")).filter(canvases::score.lt(31));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let statement = delete(table.filter(canvases::agent_id.eq(1))).find(1).filter(canvases::score.eq(10));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let rows = without(&CANVASES, &["1:1:1:sun:10"]);
    assert_eq!(contents::canvases(connection).await, with(&rows, &["1:3:2:moon:30"]));
}

#[tokio::test]
async fn no_filter_on_the_table_is_all_of_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    let query = diesel::query_builder::AsQuery::as_query(canvases::table.scoped(&globex()));
    assert_eq!(delete(query).execute(connection).await.unwrap(), 3);
    assert_eq!(contents::canvases(connection).await, CANVASES[..4]);
}

#[tokio::test]
async fn an_or_on_the_table_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let wide = table.filter(canvases::score.eq(10)).or_filter(canvases::tenant_id.eq(GLOBEX));
    let statement = update(wide.or_filter(canvases::id.gt(0))).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 4);
    let rows = ["1:1:1:sun:0", "1:2:1:sea:0", "1:3:2:sun:0", "1:4:4:odd:0"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}

#[tokio::test]
async fn a_raw_or_on_the_table_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let everyone = || diesel::dsl::sql::<Bool>("1=1 OR 1=1");
    // Diesel puts a single predicate in no parenthesis.
    let statement = update(table.filter(everyone())).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 4);
    let statement = update(table.filter(everyone()).filter(everyone())).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 4);
    let statement = update(table.filter(everyone())).or_filter(everyone()).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 4);
    // The raw OR is one condition beside the others.
    let one = update(table.filter(everyone())).filter(canvases::id.eq(1)).set(canvases::score.eq(1));
    assert_eq!(one.execute(connection).await.unwrap(), 1);
    assert_eq!(delete(table.filter(everyone())).execute(connection).await.unwrap(), 4);
    assert_eq!(contents::canvases(connection).await, CANVASES[4..]);
}

#[tokio::test]
async fn a_subquery_on_the_table_asks_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let known = agents::table.scoped(scope).select(agents::id);
    // Agent 4 is the other tenant's.
    let statement = delete(canvases::table.scoped(scope).filter(canvases::agent_id.ne_all(known)));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::canvases(connection).await, without(&CANVASES, &["1:4:4:odd:40"]));
}

#[tokio::test]
async fn an_alternative_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let statement = update(table)
        .filter(canvases::title.eq("sun"))
        .filter(canvases::score.eq(10))
        .or_filter(canvases::title.eq("sky"))
        .or_filter(canvases::title.eq("sea"))
        .set(canvases::score.eq(0));
    // Neither canvas 3, which one of the first two fulfils, nor the other tenant's `sky`.
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let rows = ["1:1:1:sun:0", "1:2:1:sea:0"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
    let statement = update(table).set(canvases::score.eq(1)).or_filter(canvases::id.eq(3));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
}

#[tokio::test]
async fn an_alternative_of_a_filtered_table_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let sun = table.filter(canvases::title.eq("sun"));
    let statement = delete(sun).or_filter(canvases::score.gt(30)).filter(canvases::id.ne(3));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let rows = ["1:1:1:sun:10", "1:4:4:odd:40"];
    assert_eq!(contents::canvases(connection).await, without(&CANVASES, &rows));
}

#[tokio::test]
async fn a_filter_after_an_alternative_narrows_all_of_it() {
    let Some(connection) = &mut connect().await else { return };
    let statement = delete(canvases::table.scoped(&globex()))
        .filter(canvases::title.eq("sun"))
        .or_filter(canvases::title.eq("sky"))
        .filter(canvases::score.gt(100));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::canvases(connection).await, without(&CANVASES, &["2:2:2:sky:200"]));
}

#[tokio::test]
async fn filters_are_added_to_a_box_or_not() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    for (title, changed) in [(Some("sun"), 2), (None, 4)] {
        let mut statement = update(canvases::table.scoped(scope)).into_boxed();
        if let Some(title) = title {
            statement = statement.filter(canvases::title.eq(title));
        }
        let statement = statement.set(canvases::score.eq(0));
        assert_eq!(statement.execute(connection).await.unwrap(), changed);
    }
    let mut statement = delete(canvases::table.scoped(scope)).into_boxed();
    for id in [1, 3] {
        // An alternative to nothing is a condition.
        statement = statement.or_filter(canvases::id.eq(id));
    }
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let rows = without(&CANVASES, &["1:1:1:sun:10", "1:3:2:sun:30"]);
    assert_eq!(contents::canvases(connection).await, with(&rows, &["1:2:1:sea:0", "1:4:4:odd:0"]));
}

#[tokio::test]
async fn a_raw_or_in_a_box_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let everyone = || diesel::dsl::sql::<Bool>("1=1 OR 1=1");
    let statement = update(table).into_boxed().filter(everyone()).or_filter(everyone());
    assert_eq!(statement.set(canvases::score.eq(0)).execute(connection).await.unwrap(), 4);
    let statement = update(table.filter(everyone())).into_boxed().filter(canvases::id.eq(1));
    assert_eq!(statement.set(canvases::score.eq(1)).execute(connection).await.unwrap(), 1);
    let statement = update(table).set(canvases::score.eq(2)).into_boxed().or_filter(canvases::id.le(2));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    assert_eq!(delete(table.filter(everyone())).into_boxed().execute(connection).await.unwrap(), 4);
    assert_eq!(contents::canvases(connection).await, CANVASES[4..]);
}
