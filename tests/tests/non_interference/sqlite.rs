//! SQLite, in the process: many cases.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use futures_util::FutureExt as _;
use tenancy_diesel::Scoped;
use tenancy_tests::blocking::RunQueryDsl;
use tenancy_tests::schema::{agents, canvases};

use crate::property::{self, Answer};

type Backend = diesel::sqlite::Sqlite;
type Connection = SqliteConnection;

fn connect() -> statements::Statements {
    statements::Statements::on(SqliteConnection::establish(":memory:").expect("SQLite opens"))
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
    property::reads_see_no_other_tenant(&mut connect(), 150);
}

#[test]
fn writes_touch_no_other_tenant() {
    property::writes_touch_no_other_tenant(&mut connect(), 300);
}

#[test]
fn no_kind_is_idle() {
    property::no_kind_is_idle(&mut connect());
}

#[path = "on_sqlite_and_postgres.rs"]
mod dialect;
#[path = "statements/mod.rs"]
mod statements;
