//! Runs the random writes.

use diesel::dsl::max;
use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_tests::schema::{agents, canvases};

use super::predicates::{on_agent, on_canvas};
use super::{Connection, NewAgent, RunQueryDsl, count, dialect};
use crate::property::Answer;
use crate::write::{Changes, Write};

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
            Changes::Name(name) => $target.set(agents::name.eq(*name)).execute($connection).await,
            Changes::Plan(plan) => $target.set(agents::plan_id.eq(*plan)).execute($connection).await,
            Changes::Some(manager_id, plan_id) => {
                let changes = AgentChanges { manager_id: *manager_id, plan_id: *plan_id };
                $target.set(&changes).execute($connection).await
            }
            Changes::ManagerIsSelf => {
                $target.set(agents::manager_id.eq(agents::id.nullable())).execute($connection).await
            }
            Changes::HighestScore => {
                let highest = canvases::table
                    .scoped($scope)
                    .filter(canvases::agent_id.eq(agents::id))
                    .select(max(canvases::score))
                    .single_value();
                $target.set(agents::manager_id.eq(highest)).execute($connection).await
            }
        })
    };
}

pub(super) async fn run(write: &Write, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    let agents = agents::table.scoped(scope);
    match write {
        Write::Insert((id, name, plan_id)) => {
            let row = NewAgent { id: *id, name, plan_id: *plan_id };
            dialect::insert(&row, scope, connection).await
        }
        Write::InsertBatch(batch) => {
            let row = |(id, agent_id, title, score)| NewCanvas { id, agent_id, title, score };
            let batch: Vec<_> = batch.iter().copied().map(row).collect();
            count(insert_into(canvases::table.scoped(scope)).values(&batch).execute(connection).await)
        }
        Write::Upsert { rows, key, action } => {
            let row = |(id, name, plan_id)| NewAgent { id, name, plan_id };
            let batch = rows.iter().copied().map(row).collect();
            dialect::upsert(&batch, *key, *action, scope, connection).await
        }
        Write::InsertSelected { filter, offset, action } => {
            dialect::insert_selected(on_agent(filter, scope), *offset, *action, scope, connection).await
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
            dialect::update_canvases(on_canvas(filter, scope), *score, scope, connection).await
        }
        Write::Delete { id: Some(id), filter } => {
            count(delete(agents).find(*id).filter(on_agent(filter, scope)).execute(connection).await)
        }
        Write::Delete { id: None, filter } => {
            count(delete(agents).filter(on_agent(filter, scope)).execute(connection).await)
        }
        Write::DeleteCanvases { filter } => {
            dialect::delete_canvases(on_canvas(filter, scope), scope, connection).await
        }
    }
}
