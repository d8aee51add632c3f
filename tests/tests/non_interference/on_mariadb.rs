//! The same statements as far as MariaDB has them: UNION, and plain inserts, which answer how many rows they wrote.

use diesel::prelude::*;
use tenancy_diesel::{Scoped, delete, insert_into, update};
use tenancy_tests::schema::{agents, canvases};

use super::statements::{NewAgent, OnAgent, OnCanvas, count, rows};
use super::{Connection, RunQueryDsl};
use crate::property::Answer;
use crate::read::Combination;
use crate::rows::TENANT;
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
        Combination::Union | Combination::Intersect => signing.union(agents).load::<i32>(connection).await,
        Combination::UnionAll | Combination::Except => signing.union_all(agents).load(connection).await,
    })
}

pub(super) async fn insert(row: &NewAgent, scope: &Scoped<i32>, connection: &mut Connection) -> Answer {
    count(insert_into(agents::table.scoped(scope)).values(row).execute(connection).await)
}

pub(super) async fn upsert(
    batch: &Vec<NewAgent>,
    _: Key,
    _: Action,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    count(insert_into(agents::table.scoped(scope)).values(batch).execute(connection).await)
}

pub(super) async fn insert_selected(
    filter: OnAgent,
    offset: i32,
    _: Action,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let selected =
        agents::table.scoped(scope).filter(filter).select((agents::id + offset, agents::id, agents::name));
    let columns = (canvases::id, canvases::agent_id, canvases::title);
    let insert = insert_into(canvases::table.scoped(scope)).from_select(selected, columns);
    count(insert.execute(connection).await).map_err(|error| without_key(&error))
}

/// The error without the key behind the tenant's: MariaDB drops the order of a table that a statement derives, so of
/// several of the tenant's keys that are there, which one is named depends on the plan.
fn without_key(error: &str) -> String {
    match error.split_once(&format!("Duplicate entry '{TENANT}-")) {
        Some((before, after)) => {
            let (_, index) = after.split_once('\'').expect("the key is quoted");
            format!("{before}Duplicate entry of {TENANT}{index}")
        }
        None => error.to_owned(),
    }
}

pub(super) async fn update_canvases(
    filter: OnCanvas,
    score: i32,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    let statement =
        update(canvases::table.scoped(scope)).filter(filter).set(canvases::score.eq(canvases::score + score));
    count(statement.execute(connection).await)
}

pub(super) async fn delete_canvases(
    filter: OnCanvas,
    scope: &Scoped<i32>,
    connection: &mut Connection,
) -> Answer {
    count(delete(canvases::table.scoped(scope)).filter(filter).execute(connection).await)
}
