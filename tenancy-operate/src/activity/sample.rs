//! Looking at the sessions, several times a second.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use tenancy_core::TenantKey;
use tenancy_pool::{LabelledTenant, SessionLabel};

use super::usage::{Activity, Seen, Sums};
use crate::tenants::Session;
use crate::tenants::error::{OperateError, OperateErrorKind, database};

/// How long the sessions are looked at, and how often.
#[derive(Debug, Clone, Copy)]
pub struct ActivityOptions {
    window: Duration,
    every: Duration,
}

impl Default for ActivityOptions {
    fn default() -> Self {
        Self { window: Duration::from_secs(2), every: Duration::from_millis(100) }
    }
}

impl ActivityOptions {
    /// Two seconds, ten times a second.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long it takes altogether; a second at least, an hour at most.
    #[must_use]
    pub fn window(self, window: Duration) -> Self {
        Self { window: window.clamp(Duration::from_secs(1), Duration::from_secs(3600)), ..self }
    }

    /// How long lies between two looks; twenty milliseconds at least, a second at most. Each is one statement, which reads shared memory.
    #[must_use]
    pub fn every(self, every: Duration) -> Self {
        Self { every: every.clamp(Duration::from_millis(20), Duration::from_secs(1)), ..self }
    }
}

const SESSIONS: &str = "
SELECT pid, coalesce(application_name, '') AS name, coalesce(state, '') AS state,
       coalesce(wait_event_type NOT IN ('Client', 'Activity'), false) AS is_waiting,
       coalesce(query_start::text, '') AS statement,
       coalesce(greatest(extract(epoch FROM clock_timestamp() - query_start), 0), 0)::float8 AS running_seconds
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

/// Looks at the sessions of the session's database, for as long as the options say.
///
/// # Errors
///
/// When this role does not see what other roles' sessions do, and when the database does not answer.
///
/// # Cancellation
///
/// Nothing is left behind.
pub async fn sample(session: &Session, options: &ActivityOptions) -> Result<Activity, OperateError> {
    sees_all_sessions(session).await?;
    let mut labels = Labels::default();
    let mut sums = Sums::default();
    let begun = Instant::now();
    let mut last = begun;
    loop {
        tokio::time::sleep(options.every).await;
        let rows = session.rows("the sessions cannot be looked at", SESSIONS).await?;
        let now = Instant::now();
        let mut seen = Vec::with_capacity(rows.len());
        for row in &rows {
            seen.push(Seen {
                tenant: labels.tenant(session, row.get("name")).await?,
                pid: row.get("pid"),
                state: row.get("state"),
                is_waiting: row.get("is_waiting"),
                statement: row.get("statement"),
                running_seconds: row.get("running_seconds"),
            });
        }
        // By how long it really was: a machine that is busy looks less often.
        sums.add(seen, now.duration_since(last).as_secs_f64());
        last = now;
        if now.duration_since(begun) >= options.window {
            return Ok(sums.end());
        }
    }
}

/// Whose labels are: those that have a hash in the place of the tenant are looked up in the catalog, once.
#[derive(Default)]
struct Labels {
    hashed: Option<HashMap<String, String>>,
}

impl Labels {
    async fn tenant(&mut self, session: &Session, name: &str) -> Result<Option<String>, OperateError> {
        let label = match SessionLabel::read(name) {
            None => return Ok(None),
            Some(LabelledTenant::Whole(tenant)) => return Ok(Some(tenant.as_str().to_owned())),
            Some(LabelledTenant::Hashed(label)) => label,
        };
        if self.hashed.is_none() {
            self.hashed = Some(hashed(session).await?);
        }
        let known = self.hashed.as_ref().and_then(|tenants| tenants.get(label.as_str()));
        Ok(Some(known.cloned().unwrap_or_else(|| label.as_str().to_owned())))
    }
}

/// The tenants of the catalog whose labels do not have their whole text, by their labels. Without a catalog that may be read there are none.
async fn hashed(session: &Session) -> Result<HashMap<String, String>, OperateError> {
    let there =
        "SELECT coalesce(has_table_privilege(to_regclass('tenancy.tenant_placements'), 'SELECT'), false)";
    let may = session.rows("the catalog of tenants cannot be looked for", there).await?;
    if !may.first().is_some_and(|row| row.get(0)) {
        return Ok(HashMap::new());
    }
    // Shorter ones may be long as well, where their bytes are escaped.
    let query = "SELECT tenant FROM tenancy.tenant_placements WHERE octet_length(tenant) > 16";
    let rows = session.client().query(query, &[]).await;
    let rows = rows.map_err(database("the catalog of tenants cannot be read"))?;
    let keys = rows.iter().filter_map(|row| TenantKey::new(row.get(0)).ok());
    Ok(keys.map(|key| (SessionLabel::of(&key).to_string(), key.as_str().to_owned())).collect())
}

/// Others' sessions have no state to a role that may not see it, and would be taken for idle ones.
async fn sees_all_sessions(session: &Session) -> Result<(), OperateError> {
    let query = "SELECT pg_has_role('pg_read_all_stats', 'USAGE')";
    let rows = session.rows("the role's rights cannot be asked", query).await?;
    if rows.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Role,
        "this role does not see what the sessions of other roles do",
    )
    .fix("grant it pg_read_all_stats, or pg_monitor, or connect as a role that has it"))
}
