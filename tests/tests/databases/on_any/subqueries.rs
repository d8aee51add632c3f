//! Scoped tables in subqueries.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases};

use super::{RunQueryDsl, connect};

#[tokio::test]
async fn a_subquery_sees_the_tenants_rows_only() {
    let Some(connection) = &mut connect().await else { return };
    for (scope, drawing, idle) in [(acme(), vec![1, 2], vec![3]), (globex(), vec![1, 2], vec![4])] {
        let has_canvas = exists(canvases::table.scoped(&scope).filter(canvases::agent_id.eq(agents::id)));
        let agents_of = agents::table.scoped(&scope).select(agents::id).order(agents::id);
        assert_eq!(agents_of.filter(has_canvas).load::<i32>(connection).await.unwrap(), drawing);
        assert_eq!(agents_of.filter(not(has_canvas)).load::<i32>(connection).await.unwrap(), idle);

        let of_canvases = canvases::table.scoped(&scope).select(canvases::agent_id);
        let drawn = agents_of.filter(agents::id.eq_any(of_canvases));
        assert_eq!(drawn.load::<i32>(connection).await.unwrap(), drawing);
    }
}
