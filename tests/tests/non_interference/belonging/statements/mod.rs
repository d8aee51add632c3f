//! Runs the random statements. A module of each database, written once as asynchronous code.

use diesel::prelude::*;
use diesel::sql_types::Text;
use tenancy_diesel::{AdmissionDoor, CrossTenant, Scoped, ScopedSet, testing};
use tenancy_tests::ids::{OrgId, WorkspaceId};

use super::statements::rows;
use super::{Backend, Connection, RunQueryDsl, belonging_dialect as dialect, block_on, run};
use crate::belonging::property::Database;
use crate::belonging::read::{On, Read, SET};
use crate::belonging::schema::{self, labels, presets};
use crate::belonging::write::{Move, Write};
use crate::property::Answer;
use crate::rows::TENANT;

/// `key BETWEEN from AND to OR word = … OR raw`
macro_rules! on {
    ($on:expr, $key:expr, $word:expr) => {
        $key.between($on.from, $on.to)
            .or($word.eq($on.word))
            .or($key.ge(0).and(diesel::dsl::sql::<diesel::sql_types::Bool>($on.raw)))
    };
}

mod chains;
mod moves;
mod reads;
mod sets;
mod writes;

/// By whom statements are run.
pub(super) struct Scopes {
    tenant: Scoped<i32>,
    org: Scoped<OrgId>,
    workspace: Scoped<WorkspaceId>,
    set: ScopedSet<i32>,
    /// Of the id that the shared rows have in the place of one.
    nobody: Scoped<i32>,
    across: CrossTenant,
    door: AdmissionDoor,
}

/// The database behind a connection.
pub(super) struct Statements {
    connection: Connection,
    scopes: Scopes,
}

impl Statements {
    pub(super) fn on(mut connection: Connection) -> Self {
        block_on(run(&mut connection, schema::TABLES)).expect("the tables");
        let scopes = Scopes {
            tenant: testing::scope(TENANT),
            org: testing::scope(OrgId(TENANT)),
            workspace: testing::scope(WorkspaceId(TENANT)),
            set: testing::scope_set(SET),
            nobody: testing::scope(0),
            across: testing::cross_tenant("a test"),
            door: AdmissionDoor::new("a test").expect("a reason"),
        };
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
        let emptied: String = schema::NAMES.iter().map(|table| format!("DELETE FROM {table};")).collect();
        block_on(run(&mut self.connection, &format!("BEGIN; {emptied} {statements} COMMIT")))
            .expect("the rows");
    }

    fn contents(&mut self, whose: &[i32]) -> Vec<String> {
        let whose = whose.iter().map(i32::to_string).collect::<Vec<_>>().join(", ");
        let query =
            format!("SELECT line FROM ({}) AS c WHERE whose IN ({whose}) ORDER BY line", schema::contents());
        let lines = diesel::sql_query(query).load::<Line>(&mut self.connection);
        block_on(lines).expect("the contents").into_iter().map(|line| line.line).collect()
    }

    fn read(&mut self, read: &Read) -> Answer {
        block_on(reads::run(read, &self.scopes, &mut self.connection))
    }

    fn write(&mut self, write: &Write) -> Answer {
        block_on(writes::run(write, &self.scopes, &mut self.connection))
    }

    fn move_rows(&mut self, what: Move, on: &On) -> Answer {
        block_on(moves::run(what, on, &self.scopes.across, &mut self.connection))
    }

    fn shared_keys(&mut self, tenant: i32) -> (Vec<i32>, Vec<i32>) {
        let scope = &testing::scope(tenant);
        let presets = presets::table.scoped(scope).or_shared().filter(presets::id.gt(100)).order(presets::id);
        let labels = labels::table.scoped(scope).or_shared().filter(labels::id.gt(100)).order(labels::id);
        let presets = block_on(presets.select(presets::id).load::<i32>(&mut self.connection));
        let labels = block_on(labels.select(labels::id).load::<i32>(&mut self.connection));
        (presets.expect("the presets"), labels.expect("the labels"))
    }
}

/// The number of rows that a write changed. Of several keys that are there MariaDB names one, which one depends on the plan.
fn count(result: QueryResult<usize>) -> Answer {
    super::statements::count(result).map_err(|error| match error.split_once("Duplicate entry") {
        Some((before, _)) => before.to_owned(),
        None => error,
    })
}
