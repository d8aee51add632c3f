//! Upserts by a partial unique index, and upserts with a condition: each beside the tenant's.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel::upsert::excluded;
use tenancy_diesel::insert_into;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect};

type NewAgent<'a> = (
    diesel::dsl::Eq<agents::id, i32>,
    diesel::dsl::Eq<agents::name, &'a str>,
    diesel::dsl::Eq<agents::manager_id, i32>,
);

fn agent(id: i32, name: &str, manager: i32) -> NewAgent<'_> {
    (agents::id.eq(id), agents::name.eq(name), agents::manager_id.eq(manager))
}

/// Among the agents without a plan, a tenant's managers are unique: `cyd` is ACME's with manager 1.
const PARTIAL: &str =
    "CREATE UNIQUE INDEX of_managers ON agents (tenant_id, manager_id) WHERE plan_id IS NULL";

#[tokio::test]
async fn a_partial_index_decides_what_a_conflict_is() {
    let Some(connection) = &mut connect().await else { return };
    super::super::run(connection, PARTIAL).await.unwrap();
    for (scope, inserted) in [(acme(), 0), (globex(), 1)] {
        let statement = insert_into(agents::table.scoped(&scope))
            .values(agent(11, "new", 1))
            .on_conflict(agents::manager_id)
            .filter_target(agents::plan_id.is_null())
            .do_nothing();
        assert_eq!(statement.execute(connection).await.unwrap(), inserted);
    }
    let statement = insert_into(agents::table.scoped(&acme()))
        .values(agent(12, "newer", 1))
        .on_conflict(agents::manager_id)
        .filter_target(agents::plan_id.is_null())
        .do_update()
        .set(agents::name.eq(excluded(agents::name)));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let rows = ["1:3:newer:1:-", "2:11:new:1:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn without_the_indexs_condition_there_is_no_such_key() {
    let Some(connection) = &mut connect().await else { return };
    super::super::run(connection, PARTIAL).await.unwrap();
    let statement = insert_into(agents::table.scoped(&acme()))
        .values(agent(11, "new", 1))
        .on_conflict(agents::manager_id)
        .do_nothing();
    statement.execute(connection).await.unwrap_err();
    assert_eq!(contents::agents(connection).await, AGENTS);
}

#[tokio::test]
async fn a_row_changes_only_where_the_condition_holds() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    for (score, changed) in [(5, 0), (15, 1)] {
        let row = (canvases::id.eq(1), canvases::agent_id.eq(1), canvases::title.eq("new"));
        let statement = insert_into(canvases::table.scoped(scope))
            .values((row, canvases::score.eq(score)))
            .on_conflict(canvases::id)
            .do_update()
            .set(canvases::score.eq(excluded(canvases::score)))
            .filter(canvases::score.lt(excluded(canvases::score)))
            .filter(canvases::title.eq("sun"));
        assert_eq!(statement.execute(connection).await.unwrap(), changed);
    }
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:1:1:sun:15"]));
}

#[tokio::test]
async fn an_alternative_in_the_condition_is_beside_the_tenants() {
    let Some(connection) = &mut connect().await else { return };
    super::super::run(
        connection,
        "CREATE TABLE notes (id integer NOT NULL, tenant_id integer NOT NULL, text varchar(60) NOT NULL,
            PRIMARY KEY (tenant_id, id));
         INSERT INTO notes (id, tenant_id, text) VALUES (1, 1, 'mine'), (2, 1, 'mine'), (1, 2, 'other')",
    )
    .await
    .unwrap();
    let row = |id: i32| (notes::id.eq(id), notes::text.eq("new"));
    let statement = insert_into(notes::table.scoped(&acme()))
        .values(row(1))
        .on_conflict(notes::id)
        .do_update()
        .set(notes::text.eq(excluded(notes::text)))
        .filter(notes::text.eq("nothing"))
        .or_filter(diesel::dsl::sql::<Bool>("1=1 OR 1=1"));
    assert_eq!(statement.returning(notes::tenant_id).get_results(connection).await, Ok(vec![1]));
    let statement = insert_into(notes::table.scoped(&acme()))
        .values(vec![row(1), row(2)])
        .on_conflict(notes::id)
        .do_update()
        .set(notes::text.eq("newer"))
        .filter(notes::id.eq(1));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let texts = notes::table.scoped(&acme()).order(notes::id).select(notes::text).load::<String>(connection);
    assert_eq!(texts.await.unwrap(), ["newer", "mine"]);
    let texts = notes::table.scoped(&globex()).select(notes::text).load::<String>(connection);
    assert_eq!(texts.await.unwrap(), ["other"]);
}

mod tables {
    #![allow(missing_docs)]
    tenancy_diesel::table! {
        notes (id) { id -> Integer, tenant_id -> Integer, text -> Text, }
    }
}
use tables::notes;
