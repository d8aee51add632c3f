//! Statements with queries in them, as the library writes them and by hand.

use diesel::dsl::{exists, max};
use diesel::prelude::*;
use tenancy_diesel::{delete, testing};
use tenancy_tests::schema::{agents, canvases};

use super::Plans;

const TENANT: i32 = 17;

#[tokio::test]
async fn exists_one() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &testing::scope(TENANT);
    let of_agent = canvases::table.scoped(scope).filter(canvases::agent_id.eq(agents::id));
    let ours = agents::table.scoped(scope).filter(exists(of_agent)).select(agents::name);
    let by_hand = "SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND EXISTS (SELECT canvases.id FROM \
                   canvases WHERE canvases.tenant_id = ? AND canvases.agent_id = agents.id)";
    plans.same(ours, by_hand, &[TENANT, TENANT]).await;
}

#[tokio::test]
async fn eq_any_subquery() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &testing::scope(TENANT);
    let signed = canvases::table.scoped(scope).filter(canvases::score.gt(90)).select(canvases::agent_id);
    let ours = agents::table.scoped(scope).filter(agents::id.eq_any(signed)).select(agents::name);
    let by_hand = "SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND agents.id IN (SELECT \
                   canvases.agent_id FROM canvases WHERE canvases.tenant_id = ? AND canvases.score > ?)";
    plans.same(ours, by_hand, &[TENANT, TENANT, 90]).await;
}

#[tokio::test]
async fn single_value() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &testing::scope(TENANT);
    let highest = canvases::table
        .scoped(scope)
        .filter(canvases::agent_id.eq(agents::id))
        .select(max(canvases::score))
        .single_value();
    let ours = agents::table.scoped(scope).filter(agents::id.lt(20)).select((agents::id, highest));
    let by_hand = "SELECT agents.id, (SELECT MAX(canvases.score) FROM canvases WHERE canvases.tenant_id = ? AND \
                   canvases.agent_id = agents.id LIMIT ?) FROM agents WHERE agents.tenant_id = ? AND agents.id < ?";
    plans.same(ours, by_hand, &[TENANT, 1, TENANT, 20]).await;
}

#[tokio::test]
async fn delete_by_subquery() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &testing::scope(TENANT);
    let low = canvases::table.scoped(scope).filter(canvases::score.lt(3)).select(canvases::agent_id);
    let ours = delete(agents::table.scoped(scope)).filter(agents::id.eq_any(low));
    let by_hand = "DELETE FROM agents WHERE agents.tenant_id = ? AND agents.id IN (SELECT canvases.agent_id FROM \
                   canvases WHERE canvases.tenant_id = ? AND canvases.score < ?)";
    plans.same(ours, by_hand, &[TENANT, TENANT, 3]).await;
}
