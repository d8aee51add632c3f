//! The two things that Citus is asked to do, each a transaction in which its outcome is compared before it is committed.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use tenancy_core::TenantKey;
use tokio::time::{Instant, sleep};
use tokio_postgres::error::SqlState;

use super::super::error::RelocationError;
use super::super::options::Options;
use super::super::session::Session;
use super::super::sql::literal;
use super::super::verify::Checked;
use super::Transfer;
use super::cluster::{Group, Shards};
use super::compare::{Side, compare};
use super::node::Node;
use super::stop::{NodeStop, Watcher};
use crate::server_limit::milliseconds;
use crate::tenants::failpoint;

/// How Citus says that another move of these shards is under way, for which it has no code.
const ANOTHER: &str = "could not acquire the lock required to";

/// How long lies between two looks at what is open.
const PAUSE: Duration = Duration::from_millis(50);

/// What the steps need.
pub(super) struct Work<'a> {
    pub(super) session: &'a Session,
    /// A second session, which looks on.
    pub(super) watch: &'a Session,
    pub(super) group: &'a Group,
    pub(super) tenant: &'a TenantKey,
    pub(super) transfer: Transfer,
    pub(super) options: &'a Options,
}

/// What was compared, and when.
struct Compared {
    tables: Vec<Checked>,
    moved: Instant,
    verified: Instant,
    switched: Instant,
}

/// What is compared when Citus has done it.
#[derive(Clone, Copy)]
enum Outcome<'a> {
    /// A shard of each table was split, on the node where it is.
    Split { node: &'a Node },
    /// The shards were brought from one node to another.
    Moved { from: &'a Node, to: &'a Node },
}

impl Work<'_> {
    /// Gives the tenant a shard of its own, on the node where it is. Writes to the shard that it shared wait.
    pub(super) async fn isolate(&self, node: &Node, shards: &Shards) -> Result<NodeStop, RelocationError> {
        let table = self.group.tables.first().map_or("0", |table| &table.oid);
        let isolate = format!(
            "SELECT pg_catalog.isolate_tenant_to_new_shard({table}::oid::regclass, {}, 'CASCADE', 'block_writes')",
            self.group.value
        );
        self.earlier_ended().await?;
        let doing = "giving the tenant a shard of its own";
        let (stop, _) = self.done(doing, &isolate, None, shards, Outcome::Split { node }).await?;
        Ok(stop)
    }

    /// Moves the tenant's shards.
    pub(super) async fn transfer(
        &self,
        shards: &Shards,
        from: &Node,
        to: &Node,
    ) -> Result<(NodeStop, Vec<Checked>), RelocationError> {
        let transfer = format!(
            "SELECT pg_catalog.citus_move_shard_placement({}, {}, {}, {}, {}, '{}')",
            shards.first,
            literal(&from.name),
            from.port,
            literal(&to.name),
            to.port,
            self.transfer.mode(),
        );
        self.earlier_ended().await?;
        let admits = (self.transfer == Transfer::Online).then_some(to);
        self.done("moving the tenant's shards", &transfer, admits, shards, Outcome::Moved { from, to }).await
    }

    /// Waits until the transactions that are open now have ended, on every node.
    ///
    /// Citus locks a shard by its place among the others, which a split changes. A transaction that waited for the split has the lock of the old place,
    /// for which the next split or move does not wait, so that what it writes would be left behind.
    async fn earlier_ended(&self) -> Result<(), RelocationError> {
        let doing = "waiting for earlier transactions";
        let now = self.session.text(doing, "SELECT clock_timestamp()").await?.unwrap_or_default();
        let open = format!(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database() AND usesysid IS NOT NULL
                AND (backend_type IS NULL OR backend_type = 'client backend' AND xact_start < {}::timestamptz
                     AND application_name NOT LIKE 'citus_internal gpid=%')",
            literal(&now)
        );
        let query = format!(
            "SELECT r.success, CASE WHEN r.success AND r.result = '0' THEN 0 ELSE 1 END, pg_catalog.format('%s:%s: %s', n.nodename, n.nodeport, r.result)
               FROM pg_catalog.run_command_on_all_nodes({}) AS r JOIN pg_catalog.pg_dist_node AS n USING (nodeid) ORDER BY 2 DESC",
            literal(&open)
        );
        let begun = Instant::now();
        loop {
            let first = self.session.texts(doing, &query).await?.into_iter().next().unwrap_or_default();
            let mut texts = first.into_iter().map(Option::unwrap_or_default);
            let (success, is_open, what) = (
                texts.next().unwrap_or_default(),
                texts.next().unwrap_or_default(),
                texts.next().unwrap_or_default(),
            );
            if success == "t" && is_open == "0" {
                return Ok(());
            }
            if begun.elapsed() > self.options.patience {
                return Err(RelocationError::Busy {
                    message: format!(
                        "transactions that were open before the move have not ended, or this role does not see whether they have ({what})"
                    ),
                    fix: "have them end, or run it again later; a role that is no superuser needs pg_read_all_stats on each node, and EXECUTE on pg_stat_get_activity where \
                          it was taken from PUBLIC".to_owned(),
                });
            }
            sleep(PAUSE).await;
        }
    }

    /// Runs `statement` and compares its outcome in one transaction, while a second session looks on.
    async fn done(
        &self,
        doing: &str,
        statement: &str,
        admits: Option<&Node>,
        shards: &Shards,
        outcome: Outcome<'_>,
    ) -> Result<(NodeStop, Vec<Checked>), RelocationError> {
        let pid = self.session.number("asking for the session's process", "SELECT pg_backend_pid()").await?;
        let begun = Instant::now();
        let watcher = Watcher::new(self.watch, pid, admits);
        let done = {
            let moving = pin!(self.once(doing, statement, shards, outcome));
            let watching = pin!(watcher.watch());
            match select(moving, watching).await {
                Either::Left((done, _)) => done,
                Either::Right((error, _)) => return Err(error),
            }
        };
        match done {
            Ok(Compared { tables, moved, verified, switched }) => {
                let latest = if admits.is_some() { moved } else { begun };
                Ok((watcher.stop(latest, verified.saturating_duration_since(moved), switched), tables))
            }
            Err(error) => {
                // Where the connection is lost there is nothing to roll back.
                let _lost = self.session.run("taking it back", "ROLLBACK").await;
                Err(self.said(error))
            }
        }
    }

    async fn once(
        &self,
        doing: &str,
        statement: &str,
        shards: &Shards,
        outcome: Outcome<'_>,
    ) -> Result<Compared, RelocationError> {
        let wait = milliseconds(self.options.stop_limit);
        self.session.run(doing, &format!("BEGIN; SET LOCAL lock_timeout = {wait}")).await?;
        self.session.run(doing, statement).await?;
        let moved = Instant::now();
        failpoint::reached("transferred").await;
        let whole = || shards.names.iter().map(|name| vec![name.clone()]).collect();
        let (before, after) = match outcome {
            Outcome::Split { node } => {
                let parts = self.group.parts(self.session, shards).await?;
                (Side { node, shards: whole() }, Side { node, shards: parts })
            }
            Outcome::Moved { from, to } => {
                (Side { node: from, shards: whole() }, Side { node: to, shards: whole() })
            }
        };
        let tables = compare(self.session, self.group, &before, &after).await?;
        let verified = Instant::now();
        self.session.run("switching", "COMMIT").await?;
        Ok(Compared { tables, moved, verified, switched: Instant::now() })
    }

    /// What is in the way of a lock has a name.
    fn said(&self, error: RelocationError) -> RelocationError {
        match &error {
            RelocationError::Database { said, .. } if said.code() == Some(&SqlState::LOCK_NOT_AVAILABLE) => {
                RelocationError::Busy {
                    message: format!(
                        "transactions that write to the shards of the tenant {:?} did not end within {:?}, and writes wait no longer",
                        self.tenant.as_str(),
                        self.options.stop_limit
                    ),
                    fix: "have those transactions end (citus_lock_waits has them), or run it again later; nothing was moved".to_owned(),
                }
            }
            _ => error,
        }
    }
}

/// Whether another move of these shards is under way.
pub(super) fn is_another(error: &RelocationError) -> bool {
    let RelocationError::Database { said, .. } = error else { return false };
    said.message().is_some_and(|message| message.contains(ANOTHER))
}
