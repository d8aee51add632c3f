//! Runs the statements. A module of each database, written once as asynchronous code.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::{Scoped, testing};

use super::{BEFORE, Connection, PAPERS, RunQueryDsl, block_on, run};
use crate::harbour::property::{Database, OWN, Read, Write, fleet, port};
use crate::harbour::schema::{FleetId, NAMES, PortId, TABLES, contents};
use crate::property::Answer;

mod reads;
mod writes;

/// By whom statements are run.
pub(super) struct Scopes {
    fleet: Scoped<FleetId>,
    port: Scoped<PortId>,
}

/// The database behind a connection.
pub(super) struct Statements {
    connection: Connection,
    scopes: Scopes,
}

impl Statements {
    pub(super) fn on(mut connection: Connection) -> Self {
        block_on(run(&mut connection, &format!("{BEFORE}{TABLES}"))).expect("the tables");
        let scopes = Scopes { fleet: testing::scope(fleet(OWN)), port: testing::scope(port(OWN)) };
        Self { connection, scopes }
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

impl Database for Statements {
    fn fill(&mut self, statements: &str) {
        let emptied: String = NAMES.iter().map(|table| format!("DELETE FROM {table};")).collect();
        let all = format!("BEGIN; {emptied} {statements} COMMIT");
        block_on(run(&mut self.connection, &all)).expect("the rows");
    }

    fn contents(&mut self, whose: &[i32]) -> Vec<String> {
        let whose = whose.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let all = contents(PAPERS);
        let query = format!("SELECT line FROM ({all}) AS c WHERE whose IN ({whose}) ORDER BY line");
        let lines = diesel::sql_query(query).load::<Line>(&mut self.connection);
        block_on(lines).expect("the contents").into_iter().map(|line| line.line).collect()
    }

    fn read(&mut self, read: Read) -> Answer {
        block_on(reads::run(read, &self.scopes, &mut self.connection))
    }

    fn write(&mut self, write: Write) -> Answer {
        block_on(writes::run(write, &self.scopes, &mut self.connection))
    }
}
