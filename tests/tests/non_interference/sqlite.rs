//! SQLite, in the process: many cases.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use futures_util::FutureExt as _;
use tenancy_diesel::Scoped;
use tenancy_tests::blocking::RunQueryDsl;
use tenancy_tests::schema::{agents, canvases};

use crate::belonging::property as belonging;
use crate::harbour::property as harbour;
use crate::property::{self, Answer};

type Backend = diesel::sqlite::Sqlite;
type Connection = SqliteConnection;

/// The text of a document of the harbour's, and what its tables need.
const PAPERS: &str = "json(papers)";
const BEFORE: &str = "";

fn connect() -> Connection {
    SqliteConnection::establish(":memory:").expect("SQLite opens")
}

async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("a blocking connection's future is ready")
}

/// SQLite has no DISTINCT ON.
async fn first(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnCanvas) -> Answer {
    let query = canvases::table.scoped(scope).filter(filter).order((canvases::title, canvases::id));
    statements::rows(query.limit(1).load::<statements::CanvasRow>(connection).await)
}

/// SQLite has no row locks.
async fn lock(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnAgent) -> Answer {
    statements::rows(
        agents::table.scoped(scope).filter(filter).load::<statements::AgentRow>(connection).await,
    )
}

#[test]
fn reads_see_no_other_tenant() {
    property::reads_see_no_other_tenant(&mut statements::Statements::on(connect()), 150);
}

#[test]
fn writes_touch_no_other_tenant() {
    property::writes_touch_no_other_tenant(&mut statements::Statements::on(connect()), 300);
}

#[test]
fn no_kind_is_idle() {
    property::no_kind_is_idle(&mut statements::Statements::on(connect()));
}

#[test]
fn reads_depend_on_their_reach_alone() {
    belonging::reads_depend_on_their_reach_alone(&mut belonging_statements::Statements::on(connect()), 60);
}

#[test]
fn everybody_reads_what_all_share() {
    belonging::everybody_reads_what_all_share(&mut belonging_statements::Statements::on(connect()), 60);
}

#[test]
fn writes_touch_the_tenants_rows_alone() {
    belonging::writes_touch_the_tenants_rows_alone(&mut belonging_statements::Statements::on(connect()), 30);
}

#[test]
fn moves_touch_two_tenants() {
    belonging::moves_touch_two_tenants(&mut belonging_statements::Statements::on(connect()), 60);
}

#[test]
fn no_kind_of_belonging_is_idle() {
    belonging::no_kind_is_idle(&mut belonging_statements::Statements::on(connect()));
}

#[test]
fn a_schema_of_all_forms_keeps_reads_apart() {
    harbour::reads_depend_on_their_reach_alone(&mut harbour_statements::Statements::on(connect()));
}

#[test]
fn a_schema_of_all_forms_keeps_writes_apart() {
    harbour::writes_touch_ones_own_rows_alone(&mut harbour_statements::Statements::on(connect()));
}

#[path = "belonging/on_sqlite_and_postgres.rs"]
mod belonging_dialect;
#[path = "belonging/statements/mod.rs"]
mod belonging_statements;
#[path = "on_sqlite_and_postgres.rs"]
mod dialect;
#[path = "harbour/statements/mod.rs"]
mod harbour_statements;
#[path = "statements/mod.rs"]
mod statements;
