//! A table that belongs to its tenants through a parent, beside the two ways to write that by hand.

use diesel::prelude::*;
use tenancy_diesel::testing;

use super::Plans;

tenancy_diesel::table! {
    agents (tenant_id, id) { tenant_id -> Integer, id -> Integer, name -> Text, }
    #[tenant_scoped(through = agents(agent_id = id))]
    canvases (id) { id -> Integer, agent_id -> Integer, title -> Text, score -> Integer, }
}

const TENANT: i32 = 17;

#[tokio::test]
async fn a_child_is_planned_as_by_hand() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = testing::scope(TENANT);
    let ours = canvases::table.scoped(&scope).filter(canvases::score.eq(3)).select(canvases::id);
    let by_hand = "SELECT canvases.id FROM canvases WHERE canvases.agent_id IN \
                   (SELECT agents__owner.id FROM agents AS agents__owner WHERE agents__owner.tenant_id = ?) AND canvases.score = ?";
    plans.same(ours, by_hand, &[TENANT, 3]).await;
    let ours = canvases::table.scoped(&scope).find(5).select(canvases::title);
    let by_hand = "SELECT canvases.title FROM canvases WHERE canvases.agent_id IN \
                   (SELECT agents__owner.id FROM agents AS agents__owner WHERE agents__owner.tenant_id = ?) AND canvases.id = ?";
    plans.same(ours, by_hand, &[TENANT, 5]).await;
}
