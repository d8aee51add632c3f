//! Upserts by ON DUPLICATE KEY UPDATE: the row that is found has to have the key that was named.

use diesel::prelude::*;
use diesel::result::Error;
use tenancy_diesel::{TenantScoped as _, insert_into};
use tenancy_tests::cases::Agent;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect, run};

fn agent(id: i32, name: &str) -> Agent {
    Agent { id, name: name.to_owned() }
}

#[tokio::test]
async fn an_upsert_changes_ones_own_row() {
    let Some(connection) = &mut connect().await else { return };
    let table = agents::table.scoped(&acme());
    // `ada` is both tenants', `dan` the other's.
    for (id, name) in [(11, "ada"), (12, "dan")] {
        let statement = insert_into(table)
            .values((agents::id.eq(id), agents::name.eq(name), agents::plan_id.eq(9)))
            .on_conflict(agents::name)
            .do_update()
            .set(agents::plan_id.eq(9));
        statement.execute(connection).await.unwrap();
    }
    // 1 and 2 are both tenants', 4 the other's.
    Agent::upsert(&acme(), &agent(2, "ben")).execute(connection).await.unwrap();
    Agent::upsert(&acme(), &agent(4, "fay")).execute(connection).await.unwrap();
    let rows = ["1:1:ada:-:9", "1:12:dan:-:9", "1:2:ben:1:2", "1:4:fay:-:-"];
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &rows));
}

#[tokio::test]
async fn a_batch_and_a_query_are_upserted() {
    let Some(connection) = &mut connect().await else { return };
    let row = |id: i32, title: &'static str| {
        (canvases::id.eq(id), canvases::agent_id.eq(1), canvases::title.eq(title))
    };
    insert_into(canvases::table.scoped(&globex()))
        .values(vec![row(1, "one"), row(3, "new")])
        .on_conflict(canvases::id)
        .do_update()
        .set(canvases::title.eq("set"))
        .execute(connection)
        .await
        .unwrap();
    let rows = ["2:1:1:set:100", "2:3:1:new:7"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
    let scope = acme();
    let selected = canvases::table.scoped(&scope).select((canvases::id, canvases::agent_id, canvases::title));
    insert_into(canvases::table.scoped(&scope))
        .from_select(selected, (canvases::id, canvases::agent_id, canvases::title))
        .on_conflict(canvases::id)
        .do_update()
        .set(canvases::title.eq("set"))
        .execute(connection)
        .await
        .unwrap();
    let rows =
        ["1:1:1:set:10", "1:2:1:set:20", "1:3:2:set:30", "1:4:4:set:40", "2:1:1:set:100", "2:3:1:new:7"];
    assert_eq!(contents::canvases(connection).await, with(&CANVASES, &rows));
}

#[tokio::test]
async fn nothing_is_done_for_ones_own_key() {
    let Some(connection) = &mut connect().await else { return };
    let batch = [agent(1, "eve"), agent(4, "fay")];
    let statement =
        insert_into(agents::table.scoped(&acme())).values(&batch).on_conflict(agents::id).do_nothing();
    statement.execute(connection).await.unwrap();
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["1:4:fay:-:-"]));
}

/// ON DUPLICATE KEY takes whichever row any unique key finds. If it is not the one that was named the statement fails, and all of it.
#[tokio::test]
async fn a_row_of_another_key_is_never_the_one_that_is_changed() {
    let Some(connection) = &mut connect().await else { return };
    run(connection, "CREATE UNIQUE INDEX everybodys ON agents (plan_id, manager_id)").await.unwrap();
    let table = agents::table.scoped(&acme());
    // `dan`, of the other tenant, has this plan and manager.
    let theirs = (agents::id.eq(11), agents::name.eq("new"), agents::plan_id.eq(1), agents::manager_id.eq(2));
    // `bob` is ours, by another key.
    let ours = (agents::id.eq(12), agents::name.eq("bob"), agents::plan_id.eq(7), agents::manager_id.eq(7));
    let fine = (agents::id.eq(13), agents::name.eq("gus"), agents::plan_id.eq(8), agents::manager_id.eq(8));
    for row in [theirs, ours] {
        let batch = vec![fine, row];
        let upsert = insert_into(table).values(&batch).on_conflict(agents::id).do_update();
        let refused = upsert.set(agents::name.eq("stolen")).execute(connection).await;
        assert!(matches!(refused, Err(Error::DatabaseError(..))), "{refused:?}");
        let refused =
            insert_into(table).values(&batch).on_conflict(agents::id).do_nothing().execute(connection).await;
        assert!(matches!(refused, Err(Error::DatabaseError(..))), "{refused:?}");
        assert_eq!(contents::agents(connection).await, AGENTS);
    }
    // By the key that has no tenant in it, the tenant is looked at all the same.
    let named =
        insert_into(table).values(theirs).on_conflict((agents::plan_id, agents::manager_id)).do_update();
    let refused = named.set(agents::name.eq("stolen")).execute(connection).await;
    assert!(matches!(refused, Err(Error::DatabaseError(..))), "{refused:?}");
    assert_eq!(contents::agents(connection).await, AGENTS);
}

tenancy_diesel::table! {
    boards (id) { id -> Integer, tenant_id -> Binary, }
    #[tenant_scoped(through = boards(board_id))]
    notes (id) { id -> Integer, board_id -> Integer, body -> Text, }
    #[tenant_scoped(tenant_id, shared = 0)]
    labels (id) { id -> Integer, tenant_id -> Integer, name -> Text, }
}

/// A child's key has its parent in it, which was looked for; and nobody is the tenant of the shared rows.
#[tokio::test]
async fn children_and_shared_rows_are_upserted_as_they_are_inserted() {
    let Some(connection) = &mut connect().await else { return };
    let tables = "
        CREATE TABLE boards (id INTEGER PRIMARY KEY, tenant_id BINARY(16) NOT NULL);
        CREATE TABLE notes (id INTEGER PRIMARY KEY, board_id INTEGER NOT NULL, body VARCHAR(20) NOT NULL);
        CREATE TABLE labels (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL);
        INSERT INTO labels VALUES (1, 0, 'urgent'), (2, 1, 'ours');
    ";
    run(connection, tables).await.unwrap();
    let (ours, theirs) = (tenancy_diesel::TenantId::new(), tenancy_diesel::TenantId::new());
    let [ours, theirs] = [ours, theirs].map(tenancy_diesel::testing::scope);
    for (scope, id) in [(&ours, 1), (&theirs, 2), (&ours, 3)] {
        insert_into(boards::table.scoped(scope)).values(boards::id.eq(id)).execute(connection).await.unwrap();
    }
    let upsert = |scope: &tenancy_diesel::Scoped<tenancy_diesel::TenantId>,
                  id: i32,
                  board: i32,
                  body: &'static str| {
        insert_into(notes::table.scoped(scope))
            .values((notes::id.eq(id), notes::board_id.eq(board), notes::body.eq(body)))
            .on_conflict(notes::id)
            .do_update()
            .set(notes::body.eq(body))
    };
    upsert(&ours, 10, 1, "a").execute(connection).await.unwrap();
    upsert(&ours, 10, 1, "b").execute(connection).await.unwrap();
    upsert(&theirs, 20, 2, "c").execute(connection).await.unwrap();
    assert!(upsert(&ours, 20, 1, "stolen").execute(connection).await.is_err(), "another tenant's note");
    assert!(upsert(&ours, 20, 2, "stolen").execute(connection).await.is_err(), "another tenant's board");
    assert!(upsert(&ours, 10, 3, "moved").execute(connection).await.is_err(), "of another board");
    let bodies = |scope| notes::table.scoped(scope).select(notes::body);
    assert_eq!(bodies(&ours).load::<String>(connection).await.unwrap(), ["b"]);
    assert_eq!(bodies(&theirs).load::<String>(connection).await.unwrap(), ["c"]);

    let rename = |tenant: i32, id: i32| {
        insert_into(labels::table.scoped(&tenancy_diesel::testing::scope(tenant)))
            .values((labels::id.eq(id), labels::name.eq("mine")))
            .on_conflict(labels::id)
            .do_update()
            .set(labels::name.eq("mine"))
    };
    for (tenant, id) in [(0, 1), (1, 1), (2, 2)] {
        assert!(rename(tenant, id).execute(connection).await.is_err(), "{tenant} renames {id}");
    }
    rename(1, 2).execute(connection).await.unwrap();
    let everybody = tenancy_diesel::testing::cross_tenant("a test");
    let names = labels::table.across_tenants(&everybody).order(labels::id).select(labels::name);
    assert_eq!(names.load::<String>(connection).await.unwrap(), ["urgent", "mine"]);
}
