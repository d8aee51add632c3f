//! Across tenants: everything is reached, and every opening is reported.

use diesel::prelude::*;
use tenancy_diesel::testing::{self, RecordedEvent, RecordingSink};
use tenancy_diesel::{Access, CrossTenant, delete, insert_into, update};
use tenancy_tests::fixture::{ACME, GLOBEX, acme};
use tenancy_tests::schema::{agents, canvases, plans};

use super::contents::{self, AGENTS, CANVASES, with};
use super::{RunQueryDsl, connect};

fn audited() -> (CrossTenant, RecordingSink) {
    let sink = RecordingSink::new();
    (testing::cross_tenant_audited_by(sink.clone(), "nightly report"), sink)
}

/// The line, table and access of each use since the last call, which must all be of this file.
fn uses(sink: &RecordingSink) -> Vec<(u32, &'static str, Access)> {
    let uses = sink.take().into_iter().map(|event| match event {
        RecordedEvent::CrossTenantUsed { principal, reason, location, subject, access } => {
            assert_eq!((&*principal, &*reason, location.file()), ("testing", "nightly report", file!()));
            (location.line(), subject, access)
        }
        other => panic!("{other:?}"),
    });
    uses.collect()
}

#[tokio::test]
async fn reads_reach_all_rows_and_are_reported() {
    let Some(connection) = &mut connect().await else { return };
    let (across, sink) = audited();
    let line = line!() + 1;
    let query = agents::table.across_tenants(&across).select((agents::tenant_id, agents::id));
    assert_eq!(uses(&sink), [(line, "agents", Access::Read)]);
    let rows: Vec<(i32, i32)> = query.order((agents::tenant_id, agents::id)).load(connection).await.unwrap();
    assert_eq!(rows, [(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 4)]);
    let count = agents::table.across_tenants(&across).count();
    assert_eq!(count.get_result::<i64>(connection).await.unwrap(), 6);
    assert_eq!(uses(&sink).len(), 1);
}

#[tokio::test]
async fn joins_and_aliases_reach_all_rows_and_are_reported() {
    let Some(connection) = &mut connect().await else { return };
    let (across, sink) = audited();
    let managers = tenancy_diesel::alias!(agents as managers);
    let same_tenant = managers.field(agents::tenant_id).eq(agents::tenant_id);
    let on = managers.field(agents::id).nullable().eq(agents::manager_id).and(same_tenant);
    let query = agents::table
        .across_tenants(&across)
        .inner_join(managers.across_tenants(&across).on(on))
        .left_join(plans::table)
        .select((agents::name, managers.field(agents::name)))
        .order((agents::tenant_id, agents::id));
    let subjects: Vec<_> = uses(&sink).into_iter().map(|(_, table, access)| (table, access)).collect();
    assert_eq!(subjects, [("agents", Access::Read), ("agents", Access::Read)]);
    let rows: Vec<(String, String)> = query.load(connection).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|(agent, manager)| (&**agent, &**manager)).collect();
    assert_eq!(rows, [("bob", "ada"), ("cyd", "ada"), ("ada", "zoe"), ("dan", "zoe")]);
}

#[tokio::test]
async fn groups_by_tenant_reach_all_rows() {
    let Some(connection) = &mut connect().await else { return };
    let (across, _) = audited();
    let query = canvases::table
        .across_tenants(&across)
        .group_by(canvases::tenant_id)
        .select((canvases::tenant_id, diesel::dsl::count_star()))
        .order(canvases::tenant_id);
    assert_eq!(query.load::<(i32, i64)>(connection).await.unwrap(), [(ACME, 4), (GLOBEX, 3)]);
}

#[tokio::test]
async fn inserts_name_their_tenant_and_are_reported() {
    let Some(connection) = &mut connect().await else { return };
    let (across, sink) = audited();
    for tenant in [GLOBEX, 3] {
        let line = line!() + 1;
        let target = agents::table.write_across_tenants(&across).of(tenant);
        assert_eq!(uses(&sink), [(line, "agents", Access::Write)]);
        let statement = insert_into(target).values((agents::id.eq(7), agents::name.eq("new")));
        assert_eq!(statement.execute(connection).await.unwrap(), 1);
    }
    assert_eq!(contents::agents(connection).await, with(&AGENTS, &["2:7:new:-:-", "3:7:new:-:-"]));
}

#[tokio::test]
async fn updates_reach_all_rows_and_are_reported() {
    let Some(connection) = &mut connect().await else { return };
    let (across, sink) = audited();
    let line = line!() + 1;
    let target = agents::table.write_across_tenants(&across);
    assert_eq!(uses(&sink), [(line, "agents", Access::Write)]);
    let statement = update(target).find(1).set(agents::name.eq("new"));
    assert_eq!(statement.execute(connection).await.unwrap(), 2);
    let mut expected = with(&AGENTS, &["1:1:new:-:1", "2:1:new:2:2"]);
    assert_eq!(contents::agents(connection).await, expected);
    // Of one tenant, that one's only.
    let target = agents::table.write_across_tenants(&across).of(GLOBEX);
    let statement = update(target).find(1).set(agents::name.eq("newer"));
    assert_eq!(statement.execute(connection).await.unwrap(), 1);
    expected = with(&expected, &["2:1:newer:2:2"]);
    assert_eq!(contents::agents(connection).await, expected);
}

#[tokio::test]
async fn deletes_reach_all_rows_and_are_reported() {
    let Some(connection) = &mut connect().await else { return };
    let (across, sink) = audited();
    let statement = delete(canvases::table.write_across_tenants(&across))
        .filter(canvases::score.lt(200))
        .execute(connection);
    assert_eq!(statement.await.unwrap(), 5);
    assert_eq!(contents::canvases(connection).await, CANVASES[5..]);
    assert_eq!(delete(canvases::table.write_across_tenants(&across)).execute(connection).await.unwrap(), 2);
    let subjects: Vec<_> = uses(&sink).into_iter().map(|(_, table, access)| (table, access)).collect();
    assert_eq!(subjects, [("canvases", Access::Write), ("canvases", Access::Write)]);
}

#[tokio::test]
async fn the_two_kinds_of_statement_are_not_taken_for_each_other() {
    let Some(connection) = &mut connect().await else { return };
    let (across, _) = audited();
    // Prepared statements are cached by type: these differ only in their reach.
    for _ in 0..2 {
        let scoped = agents::table.scoped(&acme()).find(1).count();
        assert_eq!(scoped.get_result::<i64>(connection).await.unwrap(), 1);
        let all = agents::table.across_tenants(&across).find(1).count();
        assert_eq!(all.get_result::<i64>(connection).await.unwrap(), 2);
    }
}
