//! Who holds a lock that a move waits for.

use super::error::RelocationError;
use super::session::Session;

/// The locks behind which a lock in the mode of a writer waits.
pub(super) const AGAINST_WRITING: [&str; 4] =
    ["ShareLock", "ShareRowExclusiveLock", "ExclusiveLock", "AccessExclusiveLock"];

/// The locks behind which one waits that keeps writers out, or that makes a trigger.
pub(super) const WRITING: [&str; 6] = [
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

/// All of them: behind each one waits that drops a trigger.
pub(super) const ANY: [&str; 8] = [
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
];

/// Those that hold such a lock on one of the relations, in words: each of `sought` is a query of relations, and modes. A prepared transaction is of no session:
/// it holds its locks until
/// somebody ends it by its name. Which are its own is known by the lock that it has on itself.
pub(super) async fn named(
    session: &Session,
    sought: &[(&str, &[&str])],
) -> Result<Vec<String>, RelocationError> {
    let sought: Vec<_> = sought
        .iter()
        .map(|(relations, modes)| {
            let modes: Vec<_> = modes.iter().map(|mode| format!("'{mode}'")).collect();
            format!("l.relation IN ({relations}) AND l.mode IN ({})", modes.join(", "))
        })
        .collect();
    let query = format!(
        "SELECT DISTINCT ON (h.since, h.who) h.who FROM (
             SELECT coalesce(a.xact_start, p.prepared) AS since,
                    CASE WHEN p.gid IS NULL
                         THEN format('pid %s of %s (%s), in a transaction for %s s', a.pid, coalesce(a.usename, '?'), coalesce(nullif(a.application_name, ''), 'no name'),
                                     round(extract(epoch FROM now() - a.xact_start)))
                         ELSE format('the prepared transaction %L of %s, prepared %s s ago', p.gid, p.owner, round(extract(epoch FROM now() - p.prepared))) END AS who
               FROM pg_locks AS l LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid
               LEFT JOIN (pg_prepared_xacts AS p
                          JOIN pg_locks AS t ON t.locktype = 'transactionid' AND t.transactionid = p.transaction AND t.granted AND t.pid IS NULL)
                 ON l.pid IS NULL AND l.virtualtransaction = t.virtualtransaction
              WHERE l.locktype = 'relation' AND l.granted AND l.database = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())
                AND l.pid IS DISTINCT FROM pg_backend_pid() AND (a.pid IS NOT NULL OR p.gid IS NOT NULL) AND ({})) AS h
          ORDER BY h.since, h.who LIMIT 5",
        sought.join(" OR ")
    );
    let rows = session.texts("asking who is in the way", &query).await?;
    Ok(rows.into_iter().flatten().flatten().collect())
}

/// The same as a sentence.
pub(super) fn told(names: &[String], doing: &str) -> String {
    if names.is_empty() {
        "a transaction that has ended since was in the way".to_owned()
    } else {
        format!("transactions that {doing} are not ended: {}", names.join("; "))
    }
}

/// What to do about them.
pub(super) const FIX: &str = "have those transactions end (a prepared one by COMMIT PREPARED or ROLLBACK PREPARED with its name), or run it again later";
