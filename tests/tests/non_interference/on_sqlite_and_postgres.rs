//! The statements of which SQLite and PostgreSQL have more: INTERSECT, EXCEPT, ON CONFLICT, RETURNING.

use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_tests::schema::{agents, canvases};

use super::statements::{AgentRow, CanvasRow, NewAgent, OnAgent, OnCanvas, count, rows};
use super::{Connection, RunQueryDsl};
use crate::property::Answer;
use crate::read::Combination;
use crate::write::{Action, Key};

pub(super) async fn combined(
    how: Combination,
    canvas: OnCanvas,
    agent: OnAgent,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let signing = canvases::table.scoped(scope).filter(canvas).select(canvases::agent_id);
    let agents = agents::table.scoped(scope).filter(agent).select(agents::id);
    rows(match how {
        Combination::Union => signing.union(agents).load::<i32>(connection).await,
        Combination::UnionAll => signing.union_all(agents).load(connection).await,
        Combination::Intersect => signing.intersect(agents).load(connection).await,
        Combination::Except => signing.except(agents).load(connection).await,
    })
}

pub(super) async fn insert(row: &NewAgent, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    rows(insert_into(agents::table.scoped(scope)).values(row).load::<AgentRow>(connection).await)
}

pub(super) async fn upsert(
    batch: &Vec<NewAgent>,
    key: Key,
    action: Action,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let insert = insert_into(agents::table.scoped(scope)).values(batch);
    let plan = || agents::plan_id.eq(excluded(agents::plan_id));
    count(match (action, key) {
        (Action::Fail, _) => insert.execute(connection).await,
        (Action::Nothing, _) => insert.on_conflict_do_nothing().execute(connection).await,
        (Action::NothingOnKey, Key::Id) => {
            insert.on_conflict(agents::id).do_nothing().execute(connection).await
        }
        (Action::NothingOnKey, Key::Name) => {
            insert.on_conflict(agents::name).do_nothing().execute(connection).await
        }
        (Action::Update, Key::Id) => {
            let changes = (agents::name.eq(excluded(agents::name)), plan());
            insert.on_conflict(agents::id).do_update().set(changes).execute(connection).await
        }
        (Action::Update, Key::Name) => {
            let changes = (plan(), agents::manager_id.eq(excluded(agents::id).nullable()));
            insert.on_conflict(agents::name).do_update().set(changes).execute(connection).await
        }
    })
}

pub(super) async fn insert_selected(
    filter: OnAgent,
    offset: i32,
    action: Action,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    // Of several keys that are there, the error names the first.
    let selected = agents::table
        .scoped(scope)
        .filter(filter)
        .select((agents::id + offset, agents::id, agents::name))
        .order(agents::id);
    let insert = insert_into(canvases::table.scoped(scope))
        .from_select(selected, (canvases::id, canvases::agent_id, canvases::title));
    count(match action {
        Action::Fail => insert.execute(connection).await,
        Action::Nothing => insert.on_conflict_do_nothing().execute(connection).await,
        Action::NothingOnKey => insert.on_conflict(canvases::id).do_nothing().execute(connection).await,
        Action::Update => {
            let title = canvases::title.eq(excluded(canvases::title));
            insert.on_conflict(canvases::id).do_update().set(title).execute(connection).await
        }
    })
}

pub(super) async fn update_canvases(
    filter: OnCanvas,
    score: i32,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let statement =
        update(canvases::table.scoped(scope)).filter(filter).set(canvases::score.eq(canvases::score + score));
    rows(statement.load::<CanvasRow>(connection).await)
}

pub(super) async fn delete_canvases(
    filter: OnCanvas,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let statement = delete(canvases::table.scoped(scope)).filter(filter);
    rows(statement.returning((canvases::tenant_id, canvases::id)).load::<(i32, i32)>(connection).await)
}
