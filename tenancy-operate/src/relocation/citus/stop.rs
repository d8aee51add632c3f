//! How long writes wait, as a second session sees it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use tokio::time::{Instant, sleep};

use super::super::error::RelocationError;
use super::super::session::Session;
use super::compare::on_node;
use super::node::Node;

/// How often it is looked.
const EVERY: Duration = Duration::from_millis(10);

/// Lets the temporary role that applies changes at the destination write rows under FORCE ROW LEVEL SECURITY: PostgreSQL has no worker replicate
/// into a table whose policies hold for it. Citus makes the role for this move as a superuser, which it is no more before rows are copied, and drops it at the end; the tables' wall is not touched.
const ADMIT: &str = "DO $tenancy$
DECLARE
    name text;
BEGIN
    FOR name IN SELECT r.rolname FROM pg_catalog.pg_subscription AS s JOIN pg_catalog.pg_roles AS r ON r.oid = s.subowner
                 WHERE s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
                   AND pg_catalog.starts_with(s.subname, 'citus_shard_move_subscription_')
                   AND pg_catalog.starts_with(r.rolname, 'citus_shard_move_subscription_role_') AND NOT r.rolsuper AND NOT r.rolbypassrls LOOP
        PERFORM pg_catalog.set_config('citus.enable_ddl_propagation', 'off', true);
        EXECUTE pg_catalog.format('ALTER ROLE %I BYPASSRLS', name);
    END LOOP;
END
$tenancy$";

/// How long writes waited, as a second session saw it. In milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct NodeStop {
    /// From when Citus asked for the lock, behind which writes wait, until the switch was committed. It is looked every 10 ms, so that as much may be missing.
    pub total: f64,
    /// Of that, to compare every row.
    pub comparing: f64,
}

/// Looks at the session that moves, until it is dropped.
pub(super) struct Watcher<'a> {
    session: &'a Session,
    /// The process of the session that moves.
    pid: u64,
    /// The node whose temporary role is to be let in.
    admits: Option<&'a Node>,
    since: Mutex<Option<Instant>>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(session: &'a Session, pid: u64, admits: Option<&'a Node>) -> Self {
        Self { session, pid, admits, since: Mutex::new(None) }
    }

    /// Ends by an error only.
    pub(super) async fn watch(&self) -> RelocationError {
        loop {
            if let Err(error) = self.look().await {
                return error;
            }
            sleep(EVERY).await;
        }
    }

    async fn look(&self) -> Result<(), RelocationError> {
        if self.seen().is_some() {
            return Ok(());
        }
        if let Some(node) = self.admits {
            on_node(self.session, node, ADMIT, "letting changes through the wall").await?;
        }
        let looked = Instant::now();
        // Citus' lock of the shards of one range of hashes (resource_lock.h: 8), which every write of theirs shares.
        let query = format!(
            "SELECT count(*) FROM pg_catalog.pg_locks WHERE pid = {} AND locktype = 'advisory' AND objsubid = 8 AND mode = 'ExclusiveLock'",
            self.pid
        );
        if self.session.number("looking whether writes wait", &query).await? > 0 {
            *self.since.lock().unwrap_or_else(PoisonError::into_inner) = Some(looked);
        }
        Ok(())
    }

    fn seen(&self) -> Option<Instant> {
        *self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long it was, if writes waited: since they were seen to, or else since `at_the_latest`.
    pub(super) fn stop(&self, at_the_latest: Instant, comparing: Duration, ended: Instant) -> NodeStop {
        let total = ended.saturating_duration_since(self.seen().unwrap_or(at_the_latest));
        let milliseconds = |duration: Duration| duration.as_secs_f64() * 1_000.0;
        NodeStop { total: milliseconds(total), comparing: milliseconds(comparing) }
    }
}
