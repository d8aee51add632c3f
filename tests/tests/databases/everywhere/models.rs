//! Models, as applications read them.

use diesel::prelude::*;
use tenancy_tests::fixture::{acme, globex};
use tenancy_tests::schema::{agents, canvases, plans};

use super::{RunQueryDsl, connect};

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = agents)]
struct Agent {
    name: String,
    tenant_id: i32,
}

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = canvases)]
struct Canvas {
    id: i32,
    title: String,
}

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = plans)]
struct Plan {
    name: String,
}

#[derive(Queryable, Selectable, Debug, PartialEq)]
#[diesel(table_name = canvases)]
struct SignedCanvas {
    score: i32,
    #[diesel(embed)]
    agent: Agent,
    #[diesel(embed)]
    plan: Option<Plan>,
}

fn agent(name: &str, tenant_id: i32) -> Agent {
    Agent { name: name.into(), tenant_id }
}

#[tokio::test]
async fn a_model_selects_its_columns() {
    let Some(connection) = &mut connect().await else { return };
    let query = agents::table.scoped(&globex()).select(Agent::as_select()).order(agents::id);
    assert_eq!(query.load(connection).await.unwrap(), [agent("ada", 2), agent("zoe", 2), agent("dan", 2)]);
    let query = agents::table.scoped(&acme()).filter(agents::id.eq(3)).select(Agent::as_select());
    assert_eq!(query.first(connection).await.unwrap(), agent("cyd", 1));
}

#[tokio::test]
async fn two_models_join() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .select((Agent::as_select(), Option::<Canvas>::as_select()))
        .filter(agents::id.ge(2))
        .order(agents::id);
    let rows: Vec<(Agent, Option<Canvas>)> = query.load(connection).await.unwrap();
    let sun = Canvas { id: 3, title: "sun".into() };
    assert_eq!(rows, [(agent("bob", 1), Some(sun)), (agent("cyd", 1), None)]);
}

#[tokio::test]
async fn a_model_embeds_others() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &globex();
    let query = canvases::table
        .scoped(scope)
        .inner_join(agents::table.scoped(scope).left_join(plans::table))
        .select(SignedCanvas::as_select())
        .order(canvases::id);
    let paid = Some(Plan { name: "paid".into() });
    assert_eq!(
        query.load(connection).await.unwrap(),
        [
            SignedCanvas { score: 100, agent: agent("ada", 2), plan: paid },
            SignedCanvas { score: 200, agent: agent("zoe", 2), plan: None },
        ]
    );
}

#[tokio::test]
async fn rows_group_by_all_of_their_columns() {
    let Some(connection) = &mut connect().await else { return };
    let scope = &acme();
    let query = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .group_by(agents::all_columns)
        .select((Agent::as_select(), agents::id, diesel::dsl::count_star()))
        .order(agents::id);
    let rows: Vec<(Agent, i32, i64)> = query.load(connection).await.unwrap();
    assert_eq!(rows, [(agent("ada", 1), 1, 2), (agent("bob", 1), 2, 1)]);
}
