//! PostgreSQL, on one connection: fewer cases.

use diesel::Connection as _;
use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use futures_util::FutureExt as _;
use tenancy_diesel::Scoped;
use tenancy_tests::blocking::RunQueryDsl;
use tenancy_tests::schema::{agents, canvases};
use tenancy_tests::server;

use crate::property::{self, Answer};

type Backend = diesel::pg::Pg;
type Connection = PgConnection;

fn connect() -> statements::Statements {
    let url = server::fresh_postgres_database("non_interference");
    statements::Statements::on(PgConnection::establish(&url).expect("PostgreSQL answers"))
}

async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements)
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("a blocking connection's future is ready")
}

async fn first(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnCanvas) -> Answer {
    let query = canvases::table.scoped(scope).distinct_on(canvases::title).filter(filter).order((
        canvases::title,
        canvases::score.desc(),
        canvases::id,
    ));
    statements::rows(query.load::<statements::CanvasRow>(connection).await)
}

async fn lock(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnAgent) -> Answer {
    let query = agents::table.scoped(scope).filter(filter).for_update().skip_locked();
    statements::rows(query.load::<statements::AgentRow>(connection).await)
}

#[test]
fn reads_see_no_other_tenant() {
    property::reads_see_no_other_tenant(&mut connect(), 25);
}

#[test]
fn writes_touch_no_other_tenant() {
    property::writes_touch_no_other_tenant(&mut connect(), 60);
}

#[test]
fn no_kind_is_idle() {
    property::no_kind_is_idle(&mut connect());
}

#[path = "on_sqlite_and_postgres.rs"]
mod dialect;
#[path = "statements/mod.rs"]
mod statements;
