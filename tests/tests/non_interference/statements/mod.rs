//! Runs the random statements. A module of each database, written once as asynchronous code.

use std::fmt::Debug;

use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use tenancy_diesel::{Scoped, ScopedTable, Within, testing};
use tenancy_tests::fixture;
use tenancy_tests::schema::{agents, canvases};

use super::{Backend, Connection, RunQueryDsl, block_on, dialect, first, lock, run};
use crate::property::{Answer, Database};
use crate::read::Read;
use crate::rows::TENANT;
use crate::write::Write;

mod joins;
mod predicates;
mod reads;
mod writes;

type Agents = ScopedTable<agents::table, Within<i32>>;
type Canvases = ScopedTable<canvases::table, Within<i32>>;

/// A condition on an agent of the tenant's.
pub(super) type OnAgent = Box<dyn BoxableExpression<Agents, Backend, SqlType = Bool>>;

/// A condition on a canvas of the tenant's.
pub(super) type OnCanvas = Box<dyn BoxableExpression<Canvases, Backend, SqlType = Bool>>;

/// All columns of an agent.
pub(super) type AgentRow = (i32, i32, Option<i32>, Option<i32>, String);

/// All columns of a canvas.
pub(super) type CanvasRow = (i32, i32, i32, String, i32);

/// An agent to insert.
#[derive(Insertable)]
#[diesel(table_name = agents)]
pub(super) struct NewAgent {
    id: i32,
    name: &'static str,
    plan_id: Option<i32>,
}

/// The database behind a connection.
pub(super) struct Statements {
    connection: Connection,
    scope: Scoped<i32>,
}

impl Statements {
    pub(super) fn on(mut connection: Connection) -> Self {
        for statements in [fixture::TABLES, "INSERT INTO plans (id, name) VALUES (1, 'free'), (2, 'paid')"] {
            block_on(run(&mut connection, statements)).expect("the tables and the plans");
        }
        Self { connection, scope: testing::scope(TENANT) }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Database for Statements {
    fn fill(&mut self, statements: &str) {
        let statements = format!("DELETE FROM agents; DELETE FROM canvases; {statements}");
        block_on(run(&mut self.connection, &statements)).expect("the rows");
    }

    fn contents(&mut self, tenants: &[i32]) -> Vec<String> {
        let tenants = tenants.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let query = format!(
            "SELECT CONCAT('agent ', tenant_id, ':', id, ':', name,
                 CASE WHEN manager_id IS NULL THEN ':-' ELSE CONCAT(':', manager_id) END,
                 CASE WHEN plan_id IS NULL THEN ':-' ELSE CONCAT(':', plan_id) END) AS line
             FROM agents WHERE tenant_id IN ({tenants})
             UNION ALL SELECT CONCAT('canvas ', tenant_id, ':', id, ':', agent_id, ':', title, ':', score) AS line
             FROM canvases WHERE tenant_id IN ({tenants}) ORDER BY line"
        );
        let query = diesel::sql_query(query).load::<Line>(&mut self.connection);
        let lines = block_on(query).expect("the contents");
        lines.into_iter().map(|line| line.line).collect()
    }

    fn read(&mut self, read: &Read) -> Answer {
        block_on(reads::run(read, &self.scope, &mut self.connection))
    }

    fn write(&mut self, write: &Write) -> Answer {
        block_on(writes::run(write, &self.scope, &mut self.connection))
    }
}

/// Rows whose order the statement leaves open.
pub(super) fn rows<Row: Debug>(result: QueryResult<Vec<Row>>) -> Answer {
    let mut rows = ordered(result)?;
    rows.sort_unstable();
    Ok(rows)
}

/// Rows in the order that the statement asks for.
fn ordered<Row: Debug>(result: QueryResult<Vec<Row>>) -> Answer {
    let rows = result.map_err(|error| format!("{error:?}"))?;
    Ok(rows.iter().map(|row| format!("{row:?}")).collect())
}

/// The number of rows that a write changed.
pub(super) fn count(result: QueryResult<usize>) -> Answer {
    result.map(|count| vec![count.to_string()]).map_err(|error| format!("{error:?}"))
}
