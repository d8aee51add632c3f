//! What a database contains, of all tenants, read by SQL that the library has no part in.

use diesel::sql_types::Text;

use super::{Connection, RunQueryDsl};

#[derive(diesel::QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    line: String,
}

/// The agents as `tenant:id:name:manager:plan`, with `-` for a null.
pub(crate) async fn agents(connection: &mut Connection) -> Vec<String> {
    lines(
        connection,
        "SELECT CONCAT(tenant_id, ':', id, ':', name, \
         CASE WHEN manager_id IS NULL THEN ':-' ELSE CONCAT(':', manager_id) END, \
         CASE WHEN plan_id IS NULL THEN ':-' ELSE CONCAT(':', plan_id) END) AS line \
         FROM agents ORDER BY tenant_id, id",
    )
    .await
}

/// The canvases as `tenant:id:agent:title:score`.
pub(crate) async fn canvases(connection: &mut Connection) -> Vec<String> {
    lines(
        connection,
        "SELECT CONCAT(tenant_id, ':', id, ':', agent_id, ':', title, ':', score) AS line \
         FROM canvases ORDER BY tenant_id, id",
    )
    .await
}

async fn lines(connection: &mut Connection, query: &str) -> Vec<String> {
    let rows: Vec<Row> = diesel::sql_query(query).load(connection).await.expect("the database's contents");
    rows.into_iter().map(|row| row.line).collect()
}

/// The fixture's agents.
pub(crate) const AGENTS: [&str; 6] =
    ["1:1:ada:-:1", "1:2:bob:1:2", "1:3:cyd:1:-", "2:1:ada:2:2", "2:2:zoe:-:-", "2:4:dan:2:1"];

/// The fixture's canvases.
pub(crate) const CANVASES: [&str; 7] = [
    "1:1:1:sun:10",
    "1:2:1:sea:20",
    "1:3:2:sun:30",
    "1:4:4:odd:40",
    "2:1:1:sun:100",
    "2:2:2:sky:200",
    "2:5:3:far:300",
];

/// `before` with the rows of the same tenant and id replaced or added, and in order.
pub(crate) fn with<'a>(before: &[&'a str], rows: &[&'a str]) -> Vec<&'a str> {
    let kept = before.iter().filter(|line| rows.iter().all(|row| key(row) != key(line)));
    let mut lines: Vec<_> = kept.chain(rows).copied().collect();
    lines.sort_by_key(|line| key(line));
    lines
}

/// The tenant and the id.
fn key(line: &str) -> Vec<i32> {
    line.split(':').take(2).map(|part| part.parse().expect("a key")).collect()
}

/// `before` without some rows.
pub(crate) fn without<'a>(before: &[&'a str], rows: &[&'a str]) -> Vec<&'a str> {
    assert!(rows.iter().all(|row| before.contains(row)), "{rows:?} are not all in {before:?}");
    before.iter().filter(|line| !rows.contains(line)).copied().collect()
}
