//! Statements as the library writes them, and as one would by hand: `?` stands for a value, in the order of `values`.

use diesel::dsl::max;
use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete, testing, update};
use tenancy_tests::schema::{agents, canvases, plans};

use super::{Backend, Plans};

const TENANT: i32 = 17;

fn scope() -> Scoped<i32> {
    testing::scope(TENANT)
}

#[tokio::test]
async fn filter() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = agents::table.scoped(&scope()).filter(agents::plan_id.eq(3)).select(agents::id);
    plans
        .same(
            ours,
            "SELECT agents.id FROM agents WHERE agents.tenant_id = ? AND agents.plan_id = ?",
            &[TENANT, 3],
        )
        .await;
}

#[tokio::test]
async fn find() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = agents::table.scoped(&scope()).find(5).select(agents::name);
    plans
        .same(
            ours,
            "SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND agents.id = ?",
            &[TENANT, 5],
        )
        .await;
}

#[tokio::test]
async fn find_first() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = agents::table.scoped(&scope()).find(5).select(agents::name).limit(1);
    let by_hand = "SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND agents.id = ? LIMIT ?";
    plans.same(ours, by_hand, &[TENANT, 5, 1]).await;
}

#[tokio::test]
async fn count() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = canvases::table.scoped(&scope()).count();
    plans.same(ours, "SELECT COUNT(*) FROM canvases WHERE canvases.tenant_id = ?", &[TENANT]).await;
}

#[tokio::test]
async fn boxed() {
    let Some(plans) = &mut Plans::open().await else { return };
    let mut ours = agents::table.scoped(&scope()).select(agents::name).into_boxed::<Backend>();
    for id in [5, 9] {
        ours = ours.or_filter(agents::id.eq(id));
    }
    let by_hand =
        "SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND (agents.id = ? OR agents.id = ?)";
    plans.same(ours, by_hand, &[TENANT, 5, 9]).await;
}

#[tokio::test]
async fn order_and_limit() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = canvases::table
        .scoped(&scope())
        .select((canvases::id, canvases::title))
        .order(canvases::id)
        .limit(10)
        .offset(20);
    let by_hand = "SELECT canvases.id, canvases.title FROM canvases WHERE canvases.tenant_id = ? \
                   ORDER BY canvases.id LIMIT ? OFFSET ?";
    plans.same(ours, by_hand, &[TENANT, 10, 20]).await;
}

#[tokio::test]
async fn group() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = canvases::table
        .scoped(&scope())
        .group_by(canvases::title)
        .having(max(canvases::score).gt(50))
        .select((canvases::title, max(canvases::score)));
    let by_hand = "SELECT canvases.title, MAX(canvases.score) FROM canvases WHERE canvases.tenant_id = ? \
                   GROUP BY canvases.title HAVING MAX(canvases.score) > ?";
    plans.same(ours, by_hand, &[TENANT, 50]).await;
}

#[tokio::test]
async fn inner_join() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let ours = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .filter(agents::plan_id.eq(3))
        .select((agents::name, canvases::title));
    let by_hand = "SELECT agents.name, canvases.title FROM agents INNER JOIN canvases \
                   ON canvases.agent_id = agents.id AND canvases.tenant_id = ? \
                   WHERE agents.tenant_id = ? AND agents.plan_id = ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 3]).await;
}

#[tokio::test]
async fn left_join() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let ours = agents::table
        .scoped(scope)
        .left_join(canvases::table.scoped(scope))
        .filter(agents::id.lt(20))
        .select((agents::name, canvases::title.nullable()));
    let by_hand = "SELECT agents.name, canvases.title FROM agents LEFT JOIN canvases \
                   ON canvases.agent_id = agents.id AND canvases.tenant_id = ? \
                   WHERE agents.tenant_id = ? AND agents.id < ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 20]).await;
}

#[tokio::test]
async fn left_join_of_the_parent() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let ours = canvases::table
        .scoped(scope)
        .left_join(agents::table.scoped(scope))
        .filter(canvases::id.eq(7))
        .select((agents::name.nullable(), canvases::title));
    let by_hand = "SELECT agents.name, canvases.title FROM canvases LEFT JOIN agents \
                   ON canvases.agent_id = agents.id AND agents.tenant_id = ? \
                   WHERE canvases.tenant_id = ? AND canvases.id = ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 7]).await;
}

#[tokio::test]
async fn three_sources() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let ours = agents::table
        .scoped(scope)
        .inner_join(canvases::table.scoped(scope))
        .left_join(plans::table)
        .filter(canvases::id.eq(7))
        .select((agents::name, canvases::title, plans::name.nullable()));
    let by_hand = "SELECT agents.name, canvases.title, plans.name FROM (agents INNER JOIN canvases \
                   ON canvases.agent_id = agents.id AND canvases.tenant_id = ?) \
                   LEFT JOIN plans ON agents.plan_id = plans.id WHERE agents.tenant_id = ? AND canvases.id = ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 7]).await;
}

#[tokio::test]
async fn a_global_table_first() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let ours = plans::table
        .left_join(agents::table.scoped(scope))
        .filter(plans::id.eq(3))
        .select((plans::name, agents::name.nullable()));
    let by_hand = "SELECT plans.name, agents.name FROM plans LEFT JOIN agents \
                   ON agents.plan_id = plans.id AND agents.tenant_id = ? WHERE plans.id = ?";
    plans.same(ours, by_hand, &[TENANT, 3]).await;
}

#[tokio::test]
async fn alias() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let managers = tenancy_diesel::alias!(agents as managers);
    let ours = agents::table
        .scoped(scope)
        .left_join(managers.scoped(scope).on(agents::manager_id.eq(managers.field(agents::id).nullable())))
        .filter(agents::id.lt(20))
        .select((agents::name, managers.field(agents::name).nullable()));
    let by_hand = "SELECT agents.name, managers.name FROM agents LEFT JOIN agents AS managers \
                   ON agents.manager_id = managers.id AND managers.tenant_id = ? \
                   WHERE agents.tenant_id = ? AND agents.id < ?";
    plans.same(ours, by_hand, &[TENANT, TENANT, 20]).await;
}

#[tokio::test]
async fn union() {
    let Some(plans) = &mut Plans::open().await else { return };
    let scope = &scope();
    let titles = canvases::table.scoped(scope).filter(canvases::id.lt(9)).select(canvases::title);
    let names = agents::table.scoped(scope).filter(agents::id.lt(9)).select(agents::name);
    let ours = titles.union(names);
    let by_hand = "SELECT canvases.title FROM canvases WHERE canvases.tenant_id = ? AND canvases.id < ? UNION \
                   SELECT agents.name FROM agents WHERE agents.tenant_id = ? AND agents.id < ?";
    plans.same(ours, by_hand, &[TENANT, 9, TENANT, 9]).await;
}

#[tokio::test]
async fn update_by_key() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = update(agents::table.scoped(&scope())).find(5).set(agents::plan_id.eq(3));
    let by_hand = "UPDATE agents SET plan_id = ? WHERE agents.tenant_id = ? AND agents.id = ?";
    plans.same(ours, by_hand, &[3, TENANT, 5]).await;
}

#[tokio::test]
async fn delete_by_key() {
    let Some(plans) = &mut Plans::open().await else { return };
    let ours = delete(agents::table.scoped(&scope())).find(5);
    plans.same(ours, "DELETE FROM agents WHERE agents.tenant_id = ? AND agents.id = ?", &[TENANT, 5]).await;
}
