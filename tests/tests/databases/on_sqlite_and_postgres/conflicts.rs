//! ON CONFLICT: the key has the tenant in it, and another tenant's row is never the one that is changed.

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::upsert::excluded;
use tenancy_diesel::insert_into;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect};

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = agents)]
struct NewAgent<'a> {
    id: i32,
    name: &'a str,
    plan_id: Option<i32>,
}

#[derive(AsChangeset, Default)]
#[diesel(table_name = agents)]
struct Changes {
    plan_id: Option<i32>,
}

fn agent(id: i32, name: &str) -> NewAgent<'_> {
    NewAgent { id, name, plan_id: Some(9) }
}

#[tokio::test]
async fn nothing_is_done_for_ones_own_key_only() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    // `ada` is both tenants', `zoe` the other's.
    let batch = [agent(11, "ada"), agent(12, "zoe")];
    let statement = insert_into(table).values(&batch).on_conflict_do_nothing();
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let batch = [agent(1, "eve"), agent(4, "fay")];
    let statement = insert_into(table).values(&batch).on_conflict(agents::id).do_nothing();
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    let batch = [agent(13, "bob"), agent(14, "dan")];
    let statement = insert_into(table).values(&batch).on_conflict(agents::name).do_nothing();
    let ids: Vec<i32> = statement.returning(agents::id).get_results(connection).await.unwrap();
    assert_eq!(ids, [14]);
    let rows = ["1:4:fay:-:9", "1:12:zoe:-:9", "1:14:dan:-:9"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn an_upsert_changes_ones_own_row() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    // The other tenant has an `ada` too, and the only `dan`.
    for name in ["ada", "dan"] {
        let statement = insert_into(table)
            .values(agent(11, name))
            .on_conflict(agents::name)
            .do_update()
            .set(agents::plan_id.eq(excluded(agents::plan_id)));
        assert_eq!(statement.execute(connection).await.unwrap(), 1);
    }
    let rows = ["1:1:ada:-:9", "1:11:dan:-:9"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn an_upsert_by_the_primary_key_changes_ones_own_row() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&globex());
    let batch = vec![agent(1, "eve"), agent(3, "cyd")];
    let statement = insert_into(table).values(&batch).on_conflict(agents::id).do_update().set((
        agents::name.eq(excluded(agents::name)),
        agents::manager_id.eq(excluded(agents::id).nullable()),
    ));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let rows = ["2:1:eve:1:2", "2:3:cyd:-:9"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn an_upsert_sets_a_changeset_and_returns_the_row() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&globex());
    let statement = insert_into(table)
        .values(agent(2, "eve"))
        .on_conflict(agents::id)
        .do_update()
        .set(agent(2, "fay"))
        .returning((agents::tenant_id, agents::name));
    assert_eq!(statement.get_result::<(i32, String)>(connection).await.unwrap(), (2, "fay".into()));
    // With nothing to change, the row stays.
    let statement = insert_into(table)
        .values(agent(2, "gus"))
        .on_conflict(agents::id)
        .do_update()
        .set(Changes::default());
    assert_eq!(statement.execute(connection).await.unwrap(), 0);
    let statement = insert_into(table)
        .values(agent(2, "gus"))
        .on_conflict(agents::id)
        .do_update()
        .set(Changes { plan_id: Some(3) });
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["2:2:fay:-:3"]));
}

#[tokio::test]
async fn a_query_is_upserted() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let selected = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope).on(canvases::agent_id.eq(agents::id)))
        .filter(canvases::title.eq("sun"))
        .select((canvases::id, agents::id, agents::name));
    let statement = insert_into(canvases::table.scoped(scope))
        .from_select(selected, (canvases::id, canvases::agent_id, canvases::title))
        .on_conflict(canvases::id)
        .do_update()
        .set(canvases::title.eq(excluded(canvases::title)));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &["1:1:1:ada:10", "1:3:2:bob:30"]));
    let statement = insert_into(canvases::table.scoped(scope))
        .from_select(selected, (canvases::id, canvases::agent_id, canvases::title))
        .on_conflict_do_nothing();
    assert_eq!(statement.execute(connection).await.unwrap(), 0);
}

/// A key that does not lead with the tenant: the statement cannot name it, so it fails instead of merging.
#[tokio::test]
async fn a_key_without_the_tenant_is_refused_by_the_database() {
    let Some(connection) = &mut connect().await else { return };
    super::super::run(connection, "CREATE UNIQUE INDEX plans_are_everybodys ON agents (plan_id, manager_id)")
        .await
        .unwrap();
    let row = (agents::id.eq(11), agents::name.eq("new"), agents::plan_id.eq(1), agents::manager_id.eq(2));
    let table = agents::table.scoped(&acme());
    // `dan`, of the other tenant, has this plan and manager.
    let named = insert_into(table)
        .values(row)
        .on_conflict((agents::plan_id, agents::manager_id))
        .do_update()
        .set(agents::name.eq("stolen"));
    named.execute(connection).await.unwrap_err();
    let other =
        insert_into(table).values(row).on_conflict(agents::id).do_update().set(agents::name.eq("stolen"));
    let refused = other.execute(connection).await;
    assert!(
        matches!(refused, Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _))),
        "{refused:?}"
    );
    assert_eq!(contents::agents(connection).await, AGENTS);
}
