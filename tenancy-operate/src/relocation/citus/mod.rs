//! Moving a tenant to another node of a Citus cluster, by Citus' own moves: [`NodeMove`].
//!
//! What happens, and what it takes, is in [the guide](super#on-citus).

mod cluster;
mod compare;
mod node;
mod preflight;
mod stop;
mod transfer;

use std::time::Duration;

use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::DatabaseAddress;
use tenancy_pool::OperatorConnection;
use tenancy_rls::RowSecurity;
use tokio::time::{Instant, sleep};

pub use self::node::{Node, NodeError};
pub use self::stop::NodeStop;

use self::transfer::Work;
use super::error::RelocationError;
use super::options::{Event, Options};
use super::session::{Part, Session};
use super::verify::Checked;
use crate::tenants::failpoint;

/// Drops what moves left on the nodes.
const CLEAR_UP: &str = "CALL pg_catalog.citus_cleanup_orphaned_resources()";

/// How long lies between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// How Citus brings the rows to the other node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Transfer {
    /// Writes go on while rows are copied, and wait while the last changes are brought and compared. It takes a superuser and `wal_level = logical`.
    #[default]
    Online,
    /// Writes wait for the whole of the copy.
    BlockWrites,
}

impl Transfer {
    fn mode(self) -> &'static str {
        match self {
            // Which refuses tables whose rows have no key to follow them by.
            Self::Online => "auto",
            Self::BlockWrites => "block_writes",
        }
    }
}

/// One tenant of a Citus cluster that moves to another node.
///
/// Where it is, Citus' own catalog says, and nothing is written down beside it: a move that broke off was taken back by Citus, and the next call
/// begins with what it finds.
///
/// # Cancellation
///
/// Dropping a future closes the connections. The server notices within a second or two, and takes back what was not committed.
#[derive(Debug)]
pub struct NodeMove {
    security: RowSecurity,
    tenant: TenantKey,
    coordinator: DatabaseAddress,
    connect: OperatorConnection,
    transfer: Transfer,
    options: Options,
}

/// What was moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MovedToNode {
    /// Where the tenant's rows were; the same as `to` where nothing was to be moved.
    pub from: Node,
    /// Where they are.
    pub to: Node,
    /// How long writes to the shard that the tenant shared with others waited while it got one of its own; `None` when it had one.
    pub isolation: Option<NodeStop>,
    /// How long the tenant's writes waited for the move; `None` when it was there already.
    pub stop: Option<NodeStop>,
    /// What both nodes had when it was switched: all tables that move together, declared or not.
    pub tables: Vec<Checked>,
}

impl NodeMove {
    /// Of `tenant`, whose tables `security` knows, by the coordinator at the address.
    pub fn new(
        security: RowSecurity,
        tenant: TenantKey,
        coordinator: DatabaseAddress,
        connect: OperatorConnection,
    ) -> Self {
        let (transfer, options) = (Transfer::default(), Options::default());
        Self { security, tenant, coordinator, connect, transfer, options }
    }

    /// How the rows are brought.
    #[must_use]
    pub fn transfer(self, transfer: Transfer) -> Self {
        Self { transfer, ..self }
    }

    /// How to go about it: how long writes may wait for transactions under way ([`Options::stop_limit`]), how long another move may take to end
    /// ([`Options::patience`]), and who is told.
    #[must_use]
    pub fn options(self, options: Options) -> Self {
        Self { options, ..self }
    }

    /// Gives the tenant a shard of its own, where it has none, and moves it to the node `to`.
    ///
    /// # Errors
    ///
    /// [`RelocationError::Impossible`] when something is in the way, before anything is changed; [`RelocationError::Busy`] when transactions under way
    /// did not end. Any other: the tenant is served where it was, or, where only the answer was lost, at the new place; the next call says which.
    pub async fn run(&self, to: &Node) -> Result<MovedToNode, RelocationError> {
        let session = self.session().await?;
        let group = preflight::all(&session, self, to).await?;
        // One move to a node at a time: the ids of other moves begin at 1.
        session.alone(0, Part::Journal, self.options.patience).await?;
        // What an earlier move left on a node would be in this one's way.
        session.run("taking away what broken moves have left", CLEAR_UP).await?;
        let watch = self.session().await?;
        let work = Work {
            session: &session,
            watch: &watch,
            group: &group,
            tenant: &self.tenant,
            transfer: self.transfer,
            options: &self.options,
        };
        let (begun, mut isolation) = (Instant::now(), None);
        loop {
            match self.attempt(&work, to, &mut isolation).await {
                Err(error) if transfer::is_another(&error) => {
                    let message = format!("another move of these shards is under way ({error})");
                    if begun.elapsed() > self.options.patience {
                        let fix = "wait until it has ended, and run this again: nothing was moved".to_owned();
                        return Err(RelocationError::Busy { message, fix });
                    }
                    self.options.tell(&Event::Waiting { message: &message });
                    sleep(PAUSE).await;
                }
                done => {
                    if done.is_ok() {
                        // The shards that were moved away. Where somebody still reads them Citus drops them a little later, by itself.
                        let _later = session.run("taking away the old shards", CLEAR_UP).await;
                    }
                    return done;
                }
            }
        }
    }

    /// From wherever the tenant is now.
    async fn attempt(
        &self,
        work: &Work<'_>,
        to: &Node,
        isolation: &mut Option<NodeStop>,
    ) -> Result<MovedToNode, RelocationError> {
        let (mut place, mut shards) = work.group.place(work.session).await?;
        if !place.is_isolated {
            self.options.tell(&Event::Isolating);
            *isolation = Some(work.isolate(&place.node, &shards).await?);
            failpoint::reached("isolated").await;
            (place, shards) = work.group.place(work.session).await?;
        }
        let (from, to, isolation) = (place.node, to.clone(), *isolation);
        if from == to {
            return Ok(MovedToNode { from, to, isolation, stop: None, tables: Vec::new() });
        }
        self.options.tell(&Event::Transferring);
        let (stop, tables) = work.transfer(&shards, &from, &to).await?;
        Ok(MovedToNode { from, to, isolation, stop: Some(stop), tables })
    }

    async fn session(&self) -> Result<Session, RelocationError> {
        let session = Session::open(&self.connect, &self.coordinator, "coordinator").await?;
        // A client that is gone ends its move, which would go on to its end.
        session.run("preparing the session", "SET client_connection_check_interval = '500ms'").await?;
        Ok(session)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_future_can_be_spawned() {
        fn spawned<T: Send>(_: impl FnOnce(&'static NodeMove, &'static Node) -> T) {}
        spawned(NodeMove::run);
    }
}
