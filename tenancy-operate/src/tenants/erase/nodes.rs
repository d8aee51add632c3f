//! What the nodes of a Citus cluster do that its coordinator does not see.

use serde::Deserialize;

use crate::tenants::citus;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::Layout;
use crate::tenants::session::Session;
use crate::tenants::sql;

#[derive(Deserialize)]
struct Open {
    before: Vec<i32>,
    prepared: u64,
    hidden: u64,
}

/// Numbers of sessions, as a message says them.
pub(super) fn listed(numbers: &[i32]) -> String {
    numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}

/// Refuses while a node has a transaction that began more than `settled` milliseconds ago, and may write the tenant's rows yet.
///
/// Those that the coordinator or another node has begun there are looked at where they began.
pub(super) async fn none_from_before(session: &Session, settled: i64) -> Result<(), OperateError> {
    if !citus::is_here(session).await? {
        return Ok(());
    }
    // This session is on the coordinator, which is one of the nodes: no other has its number and began when it did.
    let query = "SELECT a.pid, a.backend_start::text FROM pg_catalog.pg_stat_activity AS a WHERE a.pid = pg_backend_pid()";
    let rows = session.rows("this session cannot be told apart", query).await?;
    let own = rows.first().map_or_else(String::new, |row| {
        let (pid, since): (i32, String) = (row.get(0), row.get(1));
        format!("AND NOT (a.pid = {pid} AND a.backend_start = {}::timestamptz)", sql::literal(&since))
    });
    let statement = format!(
        "SELECT json_build_object(
            'before', (SELECT coalesce(json_agg(a.pid), '[]') FROM pg_catalog.pg_stat_activity AS a
                        WHERE a.datname = current_database() AND a.xact_start < clock_timestamp() - {settled} * interval '1 millisecond' AND a.backend_type = 'client backend' {own}
                          AND a.application_name NOT LIKE 'citus_internal gpid=%'),
            'prepared', (SELECT count(*) FROM pg_catalog.pg_prepared_xacts AS x WHERE x.database = current_database()),
            'hidden', (SELECT count(*) FROM pg_catalog.pg_stat_activity AS a
                        WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.backend_type IS NULL))::text"
    );
    let what = "the transactions of the nodes cannot be looked at";
    for (node, open) in citus::ask::<Open>(session, what, &statement).await? {
        if open.hidden > 0 {
            return Err(OperateError::new(
                OperateErrorKind::Role,
                format!("this role does not see what {} sessions on the node {node} do, and they may write the tenant's rows yet", open.hidden),
            )
            .fix("GRANT pg_read_all_stats to this role, on each node, or run it as another"));
        }
        if open.prepared > 0 {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!("{} prepared transactions of the node {node} may hold rows of the tenant's, and commit them later", open.prepared),
            )
            .fix("run it again: Citus ends its own in a moment; others are in pg_prepared_xacts of that node"));
        }
        if !open.before.is_empty() {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "transactions from before the tenant was suspended are open on the node {node}, and may write its rows: backends {}",
                    listed(&open.before)
                ),
            )
            .fix("let them end, or end them with pg_terminate_backend on that node"));
        }
    }
    Ok(())
}

/// Refuses tables whose shards have triggers or rules: what those write is counted by no server that is asked, and the certificate would not have it.
pub(super) async fn no_triggers(session: &Session, layout: &Layout) -> Result<(), OperateError> {
    if !citus::is_here(session).await? {
        return Ok(());
    }
    let names: Vec<_> = layout.owned().map(|table| sql::literal(&table.sql)).collect();
    if names.is_empty() {
        return Ok(());
    }
    let statement = format!(
        "WITH declared AS (SELECT pg_catalog.to_regclass(name) AS oid FROM unnest(ARRAY[{names}]) AS name),
              every AS (SELECT oid::oid FROM declared WHERE oid IS NOT NULL
                        UNION SELECT pg_catalog.to_regclass(pg_catalog.shard_name(s.logicalrelid, s.shardid, false))::oid
                                FROM pg_catalog.pg_dist_shard AS s WHERE s.logicalrelid IN (SELECT oid FROM declared)),
              family AS (SELECT oid FROM every WHERE oid IS NOT NULL
                         UNION SELECT t.relid::oid FROM every AS e, LATERAL pg_catalog.pg_partition_tree(e.oid) AS t)
         SELECT coalesce(json_agg(DISTINCT f.what), '[]')::text
           FROM (SELECT pg_catalog.format('the trigger %s of %s', g.tgname, g.tgrelid::regclass) AS what FROM pg_catalog.pg_trigger AS g
                  WHERE g.tgrelid IN (SELECT oid FROM family) AND NOT g.tgisinternal AND g.tgfoid <> 'pg_catalog.citus_truncate_trigger'::regproc
                 UNION ALL
                 SELECT pg_catalog.format('the rule %s of %s', r.rulename, r.ev_class::regclass) FROM pg_catalog.pg_rewrite AS r
                  WHERE r.ev_class IN (SELECT oid FROM family)) AS f",
        names = names.join(", ")
    );
    for (node, found) in
        citus::ask::<Vec<String>>(session, "the triggers of the shards cannot be looked for", &statement)
            .await?
    {
        if let Some(one) = found.first() {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "on Citus nobody counts what triggers and rules write while a tenant is erased, and {} are there: {one}, on the node {node}",
                    found.len()
                ),
            )
            .fix("drop them, or have the application do what they do; nothing was erased"));
        }
    }
    Ok(())
}

/// What is kept is remembered by where each row is on disk, which a distributed table does not say.
pub(super) fn keeps_nothing(is_citus: bool) -> Result<(), OperateError> {
    if !is_citus {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Request,
        "not on Citus: rows of the tenant would be kept, because a duty is said to keep them or rows of others refer to them",
    )
    .fix("move what is to be kept into a table that is not declared, and drop foreign keys of undeclared tables to these; nothing was erased"))
}
