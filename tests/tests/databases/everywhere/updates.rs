//! Updates: what they change is the tenant's, whatever their predicates say.

use diesel::dsl::{count_star, max};
use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::update;
use tenancy_tests::fixture::{GLOBEX, acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect};

#[derive(AsChangeset, Default)]
#[diesel(table_name = agents)]
struct Changes<'a> {
    name: Option<&'a str>,
    plan_id: Option<Option<i32>>,
}

#[tokio::test]
async fn a_filter_narrows() {
    let Some(connection) = &mut connect().await else { return };
    let statement =
        update(canvases::table.scoped(&acme())).filter(canvases::title.eq("sun")).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:1:1:sun:0", "1:3:2:sun:0"]));
}

#[tokio::test]
async fn find_knows_the_key_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let statement = update(agents::table.scoped(&globex())).find(1).set(agents::name.eq("new"));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["2:1:new:2:2"]));
}

#[tokio::test]
async fn find_and_filters_narrow_together() {
    let Some(connection) = &mut connect().await else { return };
    let table = canvases::table.scoped(&acme());
    let set = canvases::title.eq("new");
    let statement = update(table).find(1).filter(canvases::score.eq(20)).set(set);
    assert_eq!(statement.execute(connection).await.unwrap(), 0);
    let statement = update(table).filter(canvases::score.eq(20)).find(2).set(set).filter(canvases::id.lt(3));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:2:1:new:20"]));
}

#[tokio::test]
async fn without_a_filter_all_of_the_tenants_rows_change() {
    let Some(connection) = &mut connect().await else { return };
    let statement = update(agents::table.scoped(&globex())).set(agents::plan_id.eq(None::<i32>));
    statement.execute(connection).await.unwrap();
    let rows = ["2:1:ada:2:-", "2:2:zoe:-:-", "2:4:dan:2:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn an_or_in_a_predicate_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let everyone = agents::name.eq("zoe").or(agents::id.gt(0)).or(agents::tenant_id.eq(GLOBEX));
    let statement =
        update(agents::table.scoped(&acme())).filter(everyone).set(agents::manager_id.eq(Some(9)));
    assert_eq!(statement.execute(connection).await.unwrap(), 3);
    let rows = ["1:1:ada:9:1", "1:2:bob:9:2", "1:3:cyd:9:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn a_raw_or_in_a_predicate_stays_within_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let everyone = diesel::dsl::sql::<diesel::sql_types::Bool>("1=1 OR 1=1");
    let statement = update(canvases::table.scoped(&acme())).filter(everyone).set(canvases::score.eq(0));
    assert_eq!(statement.execute(connection).await.unwrap(), 4);
    let rows = ["1:1:1:sun:0", "1:2:1:sea:0", "1:3:2:sun:0", "1:4:4:odd:0"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}

#[tokio::test]
async fn a_foreign_or_missing_row_is_zero_rows() {
    let Some(connection) = &mut connect().await else { return };
    for id in [4, 99] {
        let statement = update(agents::table.scoped(&acme())).find(id).set(agents::name.eq("new"));
        assert_eq!(statement.execute(connection).await.unwrap(), 0);
    }
    assert_eq!(contents::agents(connection).await, AGENTS);
}

#[tokio::test]
async fn tuples_and_changesets_are_set() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    let tuple = (agents::name.eq("new"), agents::manager_id.eq(agents::id.nullable()));
    assert_eq!(update(table).find(1).set(tuple).execute(connection).await.unwrap(), 1);
    // The same type with other columns, in turn.
    let name = Changes { name: Some("two"), ..Changes::default() };
    assert_eq!(update(table).find(2).set(&name).execute(connection).await.unwrap(), 1);
    let plan = Changes { plan_id: Some(Some(1)), ..Changes::default() };
    assert_eq!(update(table).find(3).set(&plan).execute(connection).await.unwrap(), 1);
    let rows = ["1:1:new:1:1", "1:2:two:1:2", "1:3:cyd:1:1"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn an_empty_changeset_is_diesels_error() {
    let Some(connection) = &mut connect().await else { return };
    let ours = update(agents::table.scoped(&acme())).set(&Changes::default()).execute(connection).await;
    let diesels = diesel::update(plans::table).set(None::<diesel::dsl::Eq<plans::name, &str>>);
    let diesels = diesels.execute(connection).await;
    let (Err(Error::QueryBuilderError(ours)), Err(Error::QueryBuilderError(diesels))) = (ours, diesels)
    else {
        panic!("an update of nothing is an error");
    };
    assert_eq!(ours.to_string(), diesels.to_string());
    assert!(ours.is::<diesel::result::EmptyChangeset>());
    assert_eq!(contents::agents(connection).await, AGENTS);
}

#[tokio::test]
async fn a_value_is_selected_from_the_tenants_rows() {
    let Some(connection) = &mut connect().await else { return };
    for scope in [acme(), globex()] {
        let highest = canvases::table.scoped(&scope).select(max(canvases::score)).single_value();
        let statement = update(agents::table.scoped(&scope)).find(1).set(agents::plan_id.eq(highest));
        assert_eq!(statement.execute(connection).await.unwrap(), 1);
    }
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:1:ada:-:40", "2:1:ada:2:300"]));
}

#[tokio::test]
async fn a_subquery_in_a_predicate_asks_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let with_canvas = canvases::table.scoped(scope).select(canvases::agent_id);
    let statement = update(agents::table.scoped(scope))
        .filter(agents::id.ne_all(with_canvas))
        .set(agents::name.eq("idle"));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let of_agent = canvases::table
        .scoped(scope)
        .filter(canvases::agent_id.eq(agents::id))
        .filter(canvases::title.eq("sea"));
    let statement = update(agents::table.scoped(scope))
        .filter(diesel::dsl::exists(of_agent))
        .set(agents::name.eq("sailor"));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let rows = ["1:1:sailor:-:1", "1:3:idle:1:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn a_correlated_value_is_the_tenants() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let canvases_of_agent = canvases::table
        .scoped(scope)
        .filter(canvases::agent_id.eq(agents::id))
        .select(diesel::dsl::sql::<diesel::sql_types::Integer>("1"))
        .limit(1)
        .single_value();
    let statement = update(agents::table.scoped(scope)).set(agents::plan_id.eq(canvases_of_agent));
    statement.execute(connection).await.unwrap();
    let rows = ["2:1:ada:2:1", "2:2:zoe:-:1", "2:4:dan:2:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
    let left = agents::table.scoped(scope).filter(agents::plan_id.is_null()).select(count_star());
    assert_eq!(left.get_result::<i64>(connection).await.unwrap(), 1);
}
