//! The nine statements that everybody runs, and what they are run with.
//!
//! The rows that are inserted have `treat_none_as_default_value = false`: with the default, a column may become the word DEFAULT, and
//! Diesel prepares the insert each time it runs.

use diesel::prelude::*;
use uuid::Uuid;

use crate::measure::Key;
use crate::schema::{AGENTS, agent, plain, scoped, tenant};

/// One of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Statement {
    /// The agent with the key's number.
    Point,
    /// The tenant's first [`LIST`] agents.
    List,
    /// The tenant's first [`PAGE`] canvases, each with its agent's name.
    Join,
    /// The tenant's agents, each with the titles of its canvases if it has any: the first [`PAGE`] rows.
    LeftJoin,
    /// Whether the tenant has an agent with the id [`asked`].
    Exists,
    /// The agent with the key's number gets the turn as its budget.
    Update,
    /// One reading.
    Insert,
    /// An agent that is there: its budget is changed.
    Upsert,
    /// [`ROWS`] readings.
    Bulk,
}

/// How many rows a list has.
pub(crate) const LIST: i64 = 100;

/// How many rows a join is asked for.
pub(crate) const PAGE: i64 = 20;

/// How many rows are inserted at once.
pub(crate) const ROWS: i64 = 1000;

/// The agent that is asked for by EXISTS: it is there in every second turn.
pub(crate) fn asked(key: Key) -> Uuid {
    agent(if is_there(key) { key.agent } else { AGENTS + key.agent })
}

/// Whether [`asked`] is there.
pub(crate) fn is_there(key: Key) -> bool {
    key.turn % 2 == 0
}

/// What is in a reading beside its tenant.
#[derive(Insertable)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(table_name = scoped::readings)]
pub(crate) struct Reading {
    pub(crate) id: i64,
    pub(crate) label: String,
    pub(crate) score: i32,
    pub(crate) note: &'static str,
}

/// The same with the tenant, by hand.
#[derive(Insertable)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(table_name = plain::readings)]
pub(crate) struct TenantsReading {
    tenant_id: Uuid,
    id: i64,
    label: String,
    score: i32,
    note: &'static str,
}

/// The reading that is inserted alone.
pub(crate) fn reading(key: Key) -> Reading {
    Reading { id: key.turn, label: format!("reading {}", key.agent), score: key.agent as i32, note: NOTE }
}

/// The readings that are inserted at once.
pub(crate) fn readings(key: Key) -> impl ExactSizeIterator<Item = Reading> {
    (0..ROWS as i32).map(move |row| Reading {
        id: key.turn * ROWS + i64::from(row),
        label: format!("reading {row}"),
        score: row,
        note: NOTE,
    })
}

const NOTE: &str = "neither short nor long";

impl Reading {
    /// The same as a row that has its tenant.
    pub(crate) fn of(self, key: Key) -> TenantsReading {
        let Self { id, label, score, note } = self;
        TenantsReading { tenant_id: tenant(key.tenant as u64), id, label, score, note }
    }
}

/// The agent that is inserted where it is already.
#[derive(Insertable)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(table_name = scoped::agents)]
pub(crate) struct NewAgent {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) score: i32,
    pub(crate) budget: i64,
    pub(crate) active: bool,
}

/// The same with the tenant, by hand.
#[derive(Insertable)]
#[diesel(treat_none_as_default_value = false)]
#[diesel(table_name = plain::agents)]
pub(crate) struct TenantsNewAgent {
    tenant_id: Uuid,
    id: Uuid,
    name: String,
    email: String,
    score: i32,
    budget: i64,
    active: bool,
}

/// The agent with the key's number, with the turn as its budget.
pub(crate) fn new_agent(key: Key) -> NewAgent {
    NewAgent {
        id: agent(key.agent),
        name: format!("agent {}", key.agent),
        email: format!("agent{}@tenant{}.example", key.agent, key.tenant),
        score: key.agent as i32,
        budget: key.turn,
        active: !key.agent.is_multiple_of(3),
    }
}

impl NewAgent {
    /// The same as a row that has its tenant.
    pub(crate) fn of(self, key: Key) -> TenantsNewAgent {
        let Self { id, name, email, score, budget, active } = self;
        TenantsNewAgent { tenant_id: tenant(key.tenant as u64), id, name, email, score, budget, active }
    }
}
