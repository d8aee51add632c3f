//! The other ways in which rows belong to tenants, beside the same by hand: through a link, shared rows, a set of tenants, a filter.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, testing};

use super::Plans;

tenancy_diesel::table! {
    #[tenant_scoped(tenant_id, shared = 0)]
    agents (id) { tenant_id -> Integer, id -> Integer, plan_id -> Integer, name -> Text, }
    #[tenant_scoped(tenant_id, filter = score.eq(3))]
    canvases (id) { tenant_id -> Integer, id -> Integer, agent_id -> Integer, title -> Text, score -> Integer, }
}

mod through {
    tenancy_diesel::table! {
        #[tenant_scoped(link = agents(plan_id))]
        plans (id) { id -> Integer, name -> Text, }
        agents (tenant_id, id) { tenant_id -> Integer, id -> Integer, plan_id -> Integer, name -> Text, }
        #[tenant_scoped(through = agents(agent_id = id))]
        canvases (id) { id -> Integer, agent_id -> Integer, title -> Text, score -> Integer, }
    }
}

const TENANT: i32 = 17;

fn scope() -> Scoped<i32> {
    testing::scope(TENANT)
}

#[tokio::test]
async fn what_a_link_names_is_planned_as_by_hand() {
    use through::plans as offers;

    let Some(plans) = &mut Plans::open().await else { return };
    let linked = "plans.id IN (SELECT agents__owner.plan_id FROM agents AS agents__owner WHERE agents__owner.tenant_id = ?";
    let ours = offers::table.scoped(&scope()).find(3).select(offers::name);
    let by_hand = format!("SELECT plans.name FROM plans WHERE {linked}) AND plans.id = ?");
    plans.same(ours, &by_hand, &[TENANT, 3]).await;
    let ours = offers::table.scoped(&scope()).select(offers::name);
    plans.same(ours, &format!("SELECT plans.name FROM plans WHERE {linked})"), &[TENANT]).await;
}

#[tokio::test]
async fn shared_rows_are_planned_as_by_hand() {
    let Some(plans) = &mut Plans::open().await else { return };
    // Nobody is the tenant whose id the shared rows have.
    let own_or_shared = "(agents.tenant_id = NULLIF(?, 0) OR agents.tenant_id = 0)";
    let ours = agents::table.scoped(&scope()).or_shared().find(5).select(agents::name);
    let by_hand = format!("SELECT agents.name FROM agents WHERE {own_or_shared} AND agents.id = ?");
    plans.same(ours, &by_hand, &[TENANT, 5]).await;
    let ours = agents::table.scoped(&scope()).or_shared().filter(agents::plan_id.eq(3)).select(agents::id);
    let by_hand = format!("SELECT agents.id FROM agents WHERE {own_or_shared} AND agents.plan_id = ?");
    plans.same(ours, &by_hand, &[TENANT, 3]).await;
    let ours = agents::table.scoped(&scope()).over_shared(agents::name).find(5).select(agents::name);
    let by_hand = "SELECT agents.name FROM agents WHERE (agents.tenant_id = NULLIF(?, 0) OR agents.tenant_id = 0 AND NOT EXISTS \
                   (SELECT 1 FROM agents AS agents__own WHERE agents__own.tenant_id = NULLIF(?, 0) AND agents__own.name = agents.name)) \
                   AND agents.id = ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 5]).await;
    // One's own alone cost nothing more.
    let ours = agents::table.scoped(&scope()).find(5).select(agents::name);
    let by_hand = "SELECT agents.name FROM agents WHERE agents.tenant_id = NULLIF(?, 0) AND agents.id = ?";
    plans.same(ours, by_hand, &[TENANT, 5]).await;
}

#[tokio::test]
async fn a_filter_is_planned_as_by_hand() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = canvases::table.scoped(&scope()).filter(canvases::agent_id.eq(7)).select(canvases::id);
    let by_hand = "SELECT canvases.id FROM canvases WHERE canvases.tenant_id = ? AND canvases.score = 3 AND canvases.agent_id = ?";
    plans.same(ours, by_hand, &[TENANT, 7]).await;
    let ours = canvases::table.scoped(&scope()).unfiltered().find(7).select(canvases::title);
    let by_hand = "SELECT canvases.title FROM canvases WHERE canvases.tenant_id = ? AND canvases.id = ?";
    plans.same(ours, by_hand, &[TENANT, 7]).await;
}

#[tokio::test]
async fn a_set_of_tenants_is_planned_as_by_hand() {
    let Some(plans) = &mut Plans::open().await else { return };
    let set = &testing::scope_set([TENANT, 18]);
    let ours = canvases::table.scoped(set).unfiltered().filter(canvases::agent_id.eq(7)).select(canvases::id);
    let by_hand =
        "SELECT canvases.id FROM canvases WHERE canvases.tenant_id IN (?, ?) AND canvases.agent_id = ?";
    plans.same_for_these(ours, by_hand, &[TENANT, 18, 7]).await;
    let ours = through::canvases::table
        .scoped(set)
        .filter(through::canvases::id.eq(7))
        .select(through::canvases::title);
    let by_hand = "SELECT canvases.title FROM canvases WHERE canvases.agent_id IN \
                   (SELECT agents__owner.id FROM agents AS agents__owner WHERE agents__owner.tenant_id IN (?, ?)) AND canvases.id = ?";
    plans.same_for_these(ours, by_hand, &[TENANT, 18, 7]).await;
}

#[tokio::test]
async fn what_belongs_through_a_parent_is_written_as_by_hand() {
    use through::canvases;

    let Some(plans) = &mut Plans::open().await else { return };
    let mine = "canvases.agent_id IN (SELECT agents__owner.id FROM agents AS agents__owner WHERE agents__owner.tenant_id = ?)";
    let ours = tenancy_diesel::update(canvases::table.scoped(&scope())).find(5).set(canvases::score.eq(3));
    plans
        .same(
            ours,
            &format!("UPDATE canvases SET score = ? WHERE {mine} AND canvases.id = ?"),
            &[3, TENANT, 5],
        )
        .await;
    let ours = tenancy_diesel::delete(canvases::table.scoped(&scope())).find(5);
    plans.same(ours, &format!("DELETE FROM canvases WHERE {mine} AND canvases.id = ?"), &[TENANT, 5]).await;
}
