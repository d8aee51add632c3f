//! The trail that the tenant reads.

use serde::Serialize;
use tokio_postgres::Row;

/// What is in a tenant's trail, oldest first. An end that is over by itself is nobody's row: it is read from the clock.
pub(super) const LOG: &str = r#"
SELECT to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at, e.what, e.access::text AS access, e.person, e.by, e.reason,
       to_char(e.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS until
  FROM (SELECT a.starts_at AS at, 0 AS step, 'granted' AS what, a.id AS access, a.person, a.granted_by AS by, a.reason, a.ends_at
          FROM tenancy.support_access AS a WHERE a.tenant = $1
        UNION ALL
        SELECT u.used_at, 1, 'used', u.access, u.person, NULL, a.reason, a.ends_at
          FROM tenancy.support_uses AS u JOIN tenancy.support_access AS a ON a.id = u.access WHERE u.tenant = $1
        UNION ALL
        SELECT a.revoked_at, 2, 'revoked', a.id, a.person, a.revoked_by, a.reason, a.ends_at
          FROM tenancy.support_access AS a WHERE a.tenant = $1 AND a.revoked_at IS NOT NULL
        UNION ALL
        SELECT a.ends_at, 2, 'ended', a.id, a.person, NULL, a.reason, a.ends_at
          FROM tenancy.support_access AS a WHERE a.tenant = $1 AND a.revoked_at IS NULL AND a.ends_at <= now()) AS e
 ORDER BY e.at, e.step, e.access"#;

/// Something in the trail of a tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LogEntry {
    /// When, by the database's clock, in RFC 3339.
    pub at: String,
    /// What.
    pub what: LogEvent,
    /// The grant that it is about.
    pub access: String,
    /// Who was let in.
    pub person: String,
    /// Who has granted or revoked it.
    pub by: Option<String>,
    /// Why it was granted.
    pub reason: String,
    /// Until when it was granted.
    pub until: String,
}

/// What has happened to a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LogEvent {
    /// It was given.
    Granted,
    /// Its person was admitted by it.
    Used,
    /// Somebody has ended it before its time.
    Revoked,
    /// Its time was over.
    Ended,
}

impl LogEntry {
    pub(super) fn read(row: &Row) -> Self {
        let what = match row.get("what") {
            "granted" => LogEvent::Granted,
            "used" => LogEvent::Used,
            "revoked" => LogEvent::Revoked,
            // The query has these four.
            _ => LogEvent::Ended,
        };
        Self {
            at: row.get("at"),
            what,
            access: row.get("access"),
            person: row.get("person"),
            by: row.get("by"),
            reason: row.get("reason"),
            until: row.get("until"),
        }
    }
}
