//! MariaDB, on one connection: fewer cases, and nothing where none is installed.

use diesel::prelude::*;
use diesel_async::{AsyncConnection as _, AsyncMysqlConnection, RunQueryDsl, SimpleAsyncConnection as _};
use std::sync::LazyLock;
use tenancy_diesel::Scoped;
use tenancy_tests::schema::{agents, canvases};
use tenancy_tests::server;
use tokio::runtime::Runtime;

use crate::belonging::property as belonging;
use crate::property::{self, Answer};

type Backend = diesel::mysql::Mysql;
type Connection = AsyncMysqlConnection;

fn connect() -> Option<Connection> {
    let url = server::fresh_mariadb_database("non_interference")?;
    Some(block_on(AsyncMysqlConnection::establish(&url)).expect("MariaDB answers"))
}

async fn run(connection: &mut Connection, statements: &str) -> QueryResult<()> {
    connection.batch_execute(statements).await
}

/// On one runtime: a connection does not outlive its own.
fn block_on<T>(future: impl Future<Output = T>) -> T {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
    RUNTIME.block_on(future)
}

/// MariaDB has no DISTINCT ON.
async fn first(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnCanvas) -> Answer {
    let query = canvases::table.scoped(scope).filter(filter).order((canvases::title, canvases::id));
    statements::rows(query.limit(1).load::<statements::CanvasRow>(connection).await)
}

async fn lock(connection: &mut Connection, scope: &Scoped<i32>, filter: statements::OnAgent) -> Answer {
    let query = agents::table.scoped(scope).filter(filter).for_update().skip_locked();
    statements::rows(query.load::<statements::AgentRow>(connection).await)
}

#[test]
fn reads_see_no_other_tenant() {
    let Some(mut database) = connect().map(statements::Statements::on) else { return };
    property::reads_see_no_other_tenant(&mut database, 25);
}

#[test]
fn writes_touch_no_other_tenant() {
    let Some(mut database) = connect().map(statements::Statements::on) else { return };
    property::writes_touch_no_other_tenant(&mut database, 60);
}

#[test]
fn no_kind_is_idle() {
    let Some(mut database) = connect().map(statements::Statements::on) else { return };
    property::no_kind_is_idle(&mut database);
}

#[test]
fn reads_depend_on_their_reach_alone() {
    let Some(mut database) = connect().map(belonging_statements::Statements::on) else { return };
    belonging::reads_depend_on_their_reach_alone(&mut database, 8);
}

#[test]
fn everybody_reads_what_all_share() {
    let Some(mut database) = connect().map(belonging_statements::Statements::on) else { return };
    belonging::everybody_reads_what_all_share(&mut database, 10);
}

#[test]
fn writes_touch_the_tenants_rows_alone() {
    let Some(mut database) = connect().map(belonging_statements::Statements::on) else { return };
    belonging::writes_touch_the_tenants_rows_alone(&mut database, 6);
}

#[test]
fn moves_touch_two_tenants() {
    let Some(mut database) = connect().map(belonging_statements::Statements::on) else { return };
    belonging::moves_touch_two_tenants(&mut database, 10);
}

#[test]
fn no_kind_of_belonging_is_idle() {
    let Some(mut database) = connect().map(belonging_statements::Statements::on) else { return };
    belonging::no_kind_is_idle(&mut database);
}

#[path = "belonging/on_mariadb.rs"]
mod belonging_dialect;
#[path = "belonging/statements/mod.rs"]
mod belonging_statements;
#[path = "on_mariadb.rs"]
mod dialect;
#[path = "statements/mod.rs"]
mod statements;
