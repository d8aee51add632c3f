//! Intersections and differences: each arm is scoped.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn an_intersection_has_what_both_arms_have_of_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, expected) in [(acme(), [1, 2]), (globex(), [1, 2])] {
        let agents = agents::table.scoped(&scope).select(agents::id);
        let signing = canvases::table.scoped(&scope).select(canvases::agent_id);
        let mut rows = agents.intersect(signing).load::<i32>(connection).await.unwrap();
        rows.sort_unstable();
        // 4 is an agent of GLOBEX and signs for ACME, 3 the other way round.
        assert_eq!(rows, expected);
    }
}

#[tokio::test]
async fn a_difference_has_what_one_arm_has_of_the_tenant() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, idle, unknown) in [(acme(), [3], [4]), (globex(), [4], [3])] {
        let agents = agents::table.scoped(&scope).select(agents::id);
        let signing = canvases::table.scoped(&scope).select(canvases::agent_id);
        assert_eq!(agents.except(signing).load::<i32>(connection).await.unwrap(), idle);
        assert_eq!(signing.except(agents).load::<i32>(connection).await.unwrap(), unknown);
    }
}
