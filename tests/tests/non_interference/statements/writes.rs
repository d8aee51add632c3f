//! Runs the random writes.

use diesel::dsl::max;
use diesel::prelude::*;
use diesel::upsert::excluded;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_tests::schema::{agents, canvases};

use super::predicates::{on_agent, on_canvas};
use super::{AgentRow, CanvasRow, Connection, rows};
use crate::property::Answer;
use crate::write::{Action, Changes, Key, Write};

#[derive(Insertable)]
#[diesel(table_name = agents)]
struct NewAgent {
    id: i32,
    name: &'static str,
    plan_id: Option<i32>,
}

#[derive(Insertable)]
#[diesel(table_name = canvases)]
struct NewCanvas {
    id: i32,
    agent_id: i32,
    title: &'static str,
    score: Option<i32>,
}

#[derive(AsChangeset)]
#[diesel(table_name = agents)]
struct AgentChanges {
    manager_id: Option<i32>,
    plan_id: Option<i32>,
}

/// Runs an update, whose type depends on what it sets.
macro_rules! changed {
    ($target:expr, $changes:expr, $scope:expr, $connection:expr) => {
        count(match $changes {
            Changes::Name(name) => $target.set(agents::name.eq(*name)).execute($connection),
            Changes::Plan(plan) => $target.set(agents::plan_id.eq(*plan)).execute($connection),
            Changes::Some(manager_id, plan_id) => {
                let changes = AgentChanges { manager_id: *manager_id, plan_id: *plan_id };
                $target.set(&changes).execute($connection)
            }
            Changes::ManagerIsSelf => {
                $target.set(agents::manager_id.eq(agents::id.nullable())).execute($connection)
            }
            Changes::HighestScore => {
                let highest = canvases::table
                    .scoped($scope)
                    .filter(canvases::agent_id.eq(agents::id))
                    .select(max(canvases::score))
                    .single_value();
                $target
                    .set((agents::manager_id.eq(highest), agents::name.eq(agents::name)))
                    .execute($connection)
            }
        })
    };
}

pub(super) fn run(write: &Write, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let agents = agents::table.scoped(scope);
    let canvases = canvases::table.scoped(scope);
    match write {
        Write::Insert((id, name, plan_id)) => {
            let row = NewAgent { id: *id, name, plan_id: *plan_id };
            rows(insert_into(agents).values(&row).load::<AgentRow>(connection))
        }
        Write::InsertBatch(batch) => {
            let batch: Vec<_> = batch
                .iter()
                .map(|(id, agent_id, title, score)| NewCanvas {
                    id: *id,
                    agent_id: *agent_id,
                    title,
                    score: *score,
                })
                .collect();
            count(insert_into(canvases).values(&batch).execute(connection))
        }
        Write::Upsert { rows: batch, key, action } => {
            let batch: Vec<_> =
                batch.iter().map(|(id, name, plan)| NewAgent { id: *id, name, plan_id: *plan }).collect();
            let insert = insert_into(agents).values(&batch);
            let plan = || agents::plan_id.eq(excluded(agents::plan_id));
            count(match (action, key) {
                (Action::Fail, _) => insert.execute(connection),
                (Action::Nothing, _) => insert.on_conflict_do_nothing().execute(connection),
                (Action::NothingOnKey, Key::Id) => {
                    insert.on_conflict(agents::id).do_nothing().execute(connection)
                }
                (Action::NothingOnKey, Key::Name) => {
                    insert.on_conflict(agents::name).do_nothing().execute(connection)
                }
                (Action::Update, Key::Id) => insert
                    .on_conflict(agents::id)
                    .do_update()
                    .set((agents::name.eq(excluded(agents::name)), plan()))
                    .execute(connection),
                (Action::Update, Key::Name) => insert
                    .on_conflict(agents::name)
                    .do_update()
                    .set((plan(), agents::manager_id.eq(excluded(agents::id).nullable())))
                    .execute(connection),
            })
        }
        Write::InsertSelected { filter, offset, action } => {
            let selected = agents.filter(on_agent(filter, scope)).select((
                agents::id + *offset,
                agents::id,
                agents::name,
            ));
            let insert = insert_into(canvases)
                .from_select(selected, (canvases::id, canvases::agent_id, canvases::title));
            count(match action {
                Action::Fail => insert.execute(connection),
                Action::Nothing => insert.on_conflict_do_nothing().execute(connection),
                Action::NothingOnKey => insert.on_conflict(canvases::id).do_nothing().execute(connection),
                Action::Update => insert
                    .on_conflict(canvases::id)
                    .do_update()
                    .set(canvases::title.eq(excluded(canvases::title)))
                    .execute(connection),
            })
        }
        Write::Update { id: Some(id), filter, changes } => {
            let target = update(agents).find(*id).filter(on_agent(filter, scope));
            changed!(target, changes, scope, connection)
        }
        Write::Update { id: None, filter, changes } => {
            let target = update(agents).filter(on_agent(filter, scope));
            changed!(target, changes, scope, connection)
        }
        Write::UpdateCanvases { filter, score } => {
            let statement = update(canvases)
                .filter(on_canvas(filter, scope))
                .set(canvases::score.eq(canvases::score + *score));
            rows(statement.load::<CanvasRow>(connection))
        }
        Write::Delete { id: Some(id), filter } => {
            count(delete(agents).find(*id).filter(on_agent(filter, scope)).execute(connection))
        }
        Write::Delete { id: None, filter } => {
            count(delete(agents).filter(on_agent(filter, scope)).execute(connection))
        }
        Write::DeleteCanvases { filter } => {
            let statement = delete(canvases)
                .filter(on_canvas(filter, scope))
                .returning((canvases::tenant_id, canvases::id));
            rows(statement.load::<(i32, i32)>(connection))
        }
    }
}

fn count(result: QueryResult<usize>) -> Answer {
    result.map(|count| vec![count.to_string()]).map_err(|error| format!("{error:?}"))
}
