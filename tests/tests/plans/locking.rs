//! Statements that lock, where there are locks.

use diesel::prelude::*;
use tenancy_diesel::testing;
use tenancy_tests::schema::{agents, canvases};

use super::Plans;

#[tokio::test]
async fn next_of_a_queue() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = canvases::table
        .scoped(&testing::scope(17))
        .filter(canvases::score.eq(3))
        .order(canvases::id)
        .select((canvases::id, canvases::title))
        .limit(1)
        .for_update()
        .skip_locked();
    let by_hand = "SELECT canvases.id, canvases.title FROM canvases WHERE canvases.tenant_id = ? AND canvases.score = ? \
                   ORDER BY canvases.id LIMIT ? FOR UPDATE SKIP LOCKED";
    plans.same(ours, by_hand, &[17, 3, 1]).await;
}

#[tokio::test]
async fn a_locked_join() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &testing::scope(17);
    let ours = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .filter(canvases::id.eq(7))
        .select((agents::id, canvases::id))
        .for_update();
    let by_hand = "SELECT agents.id, canvases.id FROM agents INNER JOIN canvases \
                   ON canvases.agent_id = agents.id AND canvases.tenant_id = ? \
                   WHERE agents.tenant_id = ? AND canvases.id = ? FOR UPDATE";
    plans.same(ours, by_hand, &[17, 17, 7]).await;
}
