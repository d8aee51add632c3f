//! What only a Citus cluster needs: each of its nodes has transactions and triggers of its own, of which the coordinator knows nothing.

use serde::de::DeserializeOwned;

use super::error::{OperateError, OperateErrorKind, database};
use super::session::Session;
use super::sql;

/// Whether the database is one of a cluster.
pub(crate) async fn is_here(session: &Session) -> Result<bool, OperateError> {
    let query = "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = 'citus')";
    let rows = session.rows("the extensions cannot be asked for", query).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// What each node answers to a statement with one value, which is JSON. One that does not answer is an error.
pub(crate) async fn ask<T: DeserializeOwned>(
    session: &Session,
    what: &str,
    statement: &str,
) -> Result<Vec<(String, T)>, OperateError> {
    let query = format!(
        "SELECT format('%s:%s', n.nodename, n.nodeport) AS node, r.success, r.result
           FROM pg_catalog.run_command_on_all_nodes({}) AS r JOIN pg_catalog.pg_dist_node AS n USING (nodeid) ORDER BY n.nodeid",
        sql::literal(statement)
    );
    let rows = session.client().query(&query, &[]).await.map_err(database(what))?;
    let mut answers = Vec::with_capacity(rows.len());
    for row in rows {
        let (node, success, result): (String, bool, Option<String>) = (row.get(0), row.get(1), row.get(2));
        let answer =
            success.then(|| result.as_deref().and_then(|text| serde_json::from_str(text).ok())).flatten();
        let Some(answer) = answer else {
            return Err(OperateError::new(
                OperateErrorKind::Database,
                format!("{what}: the node {node} says: {}", result.unwrap_or_default()),
            )
            .fix("see that every node runs, and that this role may connect to each from the coordinator"));
        };
        answers.push((node, answer));
    }
    Ok(answers)
}
