//! `move`: a tenant to another place, while it is served.

use std::io::Write;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::Placement;
use tenancy_operate::relocation::citus::{MovedToNode, Node, NodeMove, NodeStop, Transfer};
use tenancy_operate::relocation::{
    Erased, Event, ExpectedServer, Moved, Options, Relocation, RelocationError,
};
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::{RowSecurity, Server};

use super::place::{Kind, placement};
use crate::addresses::{address, variable};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;

/// Moves a tenant to other tables, a schema, a database or a server, or to another node of a Citus cluster, while it is served
///
/// Its rows are copied, changes are followed, its writes are stopped for a moment, every row is compared on both sides, and the catalog has the
/// new place. Run again after any end, it goes on from there.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The tenant, as the catalog has it
    tenant: String,
    /// Where to
    #[arg(long, value_enum, required_unless_present_any = ["undo", "finish"], conflicts_with_all = ["undo", "finish"])]
    to: Option<Kind>,
    /// The schema there, with the tenant's tables; needed for `schema`
    #[arg(long, value_name = "NAME", requires = "to")]
    schema: Option<String>,
    /// What the catalog calls the database; needed for `database` and `server`
    ///
    /// Its address is in the environment, as TENANCY_DATABASE_NAME: upper case, `_` for `-`, `__` for `_`, `___` for `.`.
    #[arg(long, value_name = "NAME", requires = "to")]
    name: Option<String>,
    /// The node, as Citus has it; needed for `node`
    #[arg(long, value_name = "HOST:PORT", requires = "to", conflicts_with_all = ["schema", "name", "erase_source"])]
    node: Option<Node>,
    /// On Citus: let the tenant's writes wait for the whole of the copy, which takes neither a superuser nor wal_level = logical
    #[arg(long, requires = "node")]
    block_writes: bool,
    /// Take the move back, at any step before the tenant is switched
    #[arg(long, conflicts_with = "finish")]
    undo: bool,
    /// End the move after the switch: erase the rows at the source, and take away what keeps writes out there
    #[arg(long)]
    finish: bool,
    /// How long ago the switch has to be, in seconds: every pool has to have heard of it, and earlier transactions to have ended
    #[arg(long, value_name = "SECONDS", default_value_t = 600, requires = "finish")]
    grace: u64,
    /// Erase the rows at the source as soon as the tenant is switched
    #[arg(long, requires = "to")]
    erase_source: bool,
    /// How many rows are copied in one transaction
    #[arg(long, value_name = "ROWS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    batch: u32,
    /// How long the tenant's writes may be stopped, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    stop_limit: u64,
    /// How long transactions under way may take to end while writes wait for the stop, in milliseconds
    #[arg(long, value_name = "MS", default_value_t = 500, value_parser = clap::value_parser!(u64).range(1..=60_000))]
    lock_wait: u64,
    /// How often the stop is tried, and the lock of a table whose triggers are made or dropped
    #[arg(long, value_name = "TIMES", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    attempts: u32,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Done {
    Moved {
        tenant: String,
        to: String,
        #[serde(flatten)]
        moved: Moved,
    },
    ToNode {
        tenant: String,
        #[serde(flatten)]
        moved: MovedToNode,
    },
    Erased {
        tenant: String,
        done: &'static str,
        rows: u64,
        /// An earlier call had done it.
        before: bool,
    },
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let tenant =
            TenantKey::new(&self.tenant).map_err(|error| Failure::new("this is no tenant").because(error))?;
        let security = self.manifest.read()?.row_security().clone();
        if self.to == Some(Kind::Node) {
            return self.to_node(security, tenant, output);
        }
        if self.node.is_some() {
            return Err(Failure::new("--node goes with `--to node` alone")
                .fix("say `--to node`, or leave --node out"));
        }
        if self.to.is_none() && security.server() == Server::Citus {
            return Err(nothing_to_end(&self.tenant));
        }
        let destination =
            self.to.map(|kind| placement(kind, self.schema.as_deref(), self.name.as_deref())).transpose()?;
        let relocation = Relocation::new(
            security,
            tenant,
            self.database.address(not_here::MOVES)?,
            self.database.directly()?,
        )
        .catalog(self.database.catalog(not_here::MOVES)?)
        .addresses(address)
        .options(self.options());
        let result = block_on(async {
            if self.undo {
                let erased = relocation.undo().await.map_err(|error| failure(&self.tenant, error))?;
                return Ok(self.ended("undone", erased));
            }
            let Some(destination) = &destination else {
                let grace = Duration::from_secs(self.grace);
                let erased = relocation.finish(grace).await.map_err(|error| failure(&self.tenant, error))?;
                return Ok(self.ended("finished", erased));
            };
            let moved = relocation.run(destination).await.map_err(|error| failure(&self.tenant, error))?;
            Ok(Done::Moved { tenant: self.tenant.clone(), to: described(destination), moved })
        })?;
        output.result(&result, |out| print(out, &result))?;
        Ok(exit::DONE)
    }

    fn ended(&self, done: &'static str, Erased { rows, ended_before, .. }: Erased) -> Done {
        Done::Erased { tenant: self.tenant.clone(), done, rows, before: ended_before }
    }

    /// By Citus' own moves.
    fn to_node(&self, security: RowSecurity, tenant: TenantKey, output: &Output) -> Result<u8, Failure> {
        let Some(node) = &self.node else {
            return Err(
                Failure::new("nothing says which node").fix("give --node HOST:PORT, as pg_dist_node has it")
            );
        };
        let transfer = if self.block_writes { Transfer::BlockWrites } else { Transfer::Online };
        let address = self.database.address(not_here::MOVES)?;
        let node_move = NodeMove::new(security, tenant, address, self.database.directly()?)
            .transfer(transfer)
            .options(self.options());
        let moved =
            block_on(async { node_move.run(node).await.map_err(|error| not_to_node(&self.tenant, error)) })?;
        let result = Done::ToNode { tenant: self.tenant.clone(), moved };
        output.result(&result, |out| print(out, &result))?;
        Ok(exit::DONE)
    }

    fn options(&self) -> Options {
        let options = Options::new()
            .batch(self.batch)
            .stop_limit(Duration::from_millis(self.stop_limit))
            .lock_wait(Duration::from_millis(self.lock_wait))
            .attempts(self.attempts)
            .telling(tell);
        let options = if self.erase_source { options.erase_source() } else { options };
        match self.to {
            Some(Kind::Database) => options.expect_server(ExpectedServer::Same),
            Some(Kind::Server) => options.expect_server(ExpectedServer::Other),
            _ => options,
        }
    }
}

fn failure(tenant: &str, error: RelocationError) -> Failure {
    let fix = match &error {
        RelocationError::NoAddress { name } => DatabaseName::try_from(name.as_str()).map_or_else(
            |_| error.fix(),
            |name| format!("set {} to its address, for a role that may move tenants", variable(&name)),
        ),
        _ => error.fix(),
    };
    let values = error.values();
    Failure::new(format!("{tenant} was not moved")).because(error).values(values).fix(fix)
}

fn not_to_node(tenant: &str, error: RelocationError) -> Failure {
    let fix = match &error {
        RelocationError::Refused { .. } | RelocationError::Busy { .. } => error.fix(),
        RelocationError::Impossible(_) | RelocationError::Different(_) => {
            "see to each of these, and run it again".to_owned()
        }
        _ => "run it again when that is mended: Citus keeps nothing of a move that broke off".to_owned(),
    };
    let values = error.values();
    Failure::new(format!("{tenant} was not moved")).because(error).values(values).fix(fix)
}

fn nothing_to_end(tenant: &str) -> Failure {
    Failure::new("not on Citus: a move there is done or it is not, so that there is nothing to take back or to finish").fix(format!(
        "move it back: `tenancy move {tenant} --to node --node HOST:PORT`; Citus erases what was left at the other node by itself"
    ))
}

fn described(placement: &Placement<DatabaseName>) -> String {
    match (placement.database(), placement.schema()) {
        (None, None) => "the shared tables".to_owned(),
        (None, Some(schema)) => format!("the schema {schema}"),
        (Some(database), None) => format!("the database {database}"),
        (Some(database), Some(schema)) => format!("the schema {schema} of the database {database}"),
    }
}

/// What happens, on the standard error: nobody is there to be told of a closed stream.
fn tell(event: &Event<'_>) {
    let mut err = anstream::stderr().lock();
    let _closed = match event {
        Event::Following => writeln!(err, "changes are followed"),
        Event::Copied { rows: 0, .. } => Ok(()),
        Event::Copied { table, rows } => writeln!(err, "copied {rows} rows of {table}"),
        Event::Rehearsed { rows, took } => {
            writeln!(err, "{rows} rows are the same on both sides, which took {} ms to see", took.as_millis())
        }
        Event::Differed { obstacles } => {
            obstacles.iter().try_for_each(|obstacle| writeln!(err, "brought again: {obstacle}"))
        }
        Event::Guarded { obstacles } => {
            obstacles.iter().try_for_each(|obstacle| writeln!(err, "followed again: {obstacle}"))
        }
        Event::Waiting { message } => writeln!(err, "waiting: {message}"),
        Event::Erasing => writeln!(err, "erasing rows"),
        Event::Isolating => {
            writeln!(err, "it gets a shard of its own: writes to the one that it shared wait")
        }
        Event::Transferring => writeln!(err, "its shards are brought to the node"),
        _ => Ok(()),
    };
}

fn print(out: &mut dyn Write, result: &Done) -> std::io::Result<()> {
    match result {
        Done::Erased { tenant, done, before: true, .. } => {
            writeln!(out, "the move of {tenant} is {done} already: nothing is left to do")
        }
        Done::Erased { tenant, done, rows, .. } => {
            writeln!(out, "the move of {tenant} is {done}: {rows} rows were erased")
        }
        Done::ToNode { tenant, moved } => print_node(out, tenant, moved),
        Done::Moved { tenant, to, moved } => {
            writeln!(out, "{tenant} is served in {to}")?;
            for table in &moved.tables {
                writeln!(out, "  {:>9} rows  {}", table.rows, table.table)?;
            }
            if let Some(stop) = &moved.stop {
                writeln!(
                    out,
                    "its writes were stopped for {:.0} ms: {:.0} for those under way, {:.0} for the last {} rows, {:.0} to compare, {:.0} to switch",
                    stop.total, stop.waiting, stop.draining, stop.rows, stop.verifying, stop.switching
                )?;
            }
            if moved.left_at_source {
                writeln!(
                    out,
                    "its rows are at the source until `tenancy move {tenant} --finish`, and nobody writes them there"
                )?;
            }
            Ok(())
        }
    }
}

fn print_node(out: &mut dyn Write, tenant: &str, moved: &MovedToNode) -> std::io::Result<()> {
    writeln!(out, "{tenant} is served on the node {}", moved.to)?;
    for table in &moved.tables {
        writeln!(out, "  {:>9} rows  {}", table.rows, table.table)?;
    }
    let stopped = |out: &mut dyn Write, whose: &str, stop: &NodeStop| {
        writeln!(
            out,
            "{whose} waited for about {:.0} ms, {:.0} of them to compare every row",
            stop.total, stop.comparing
        )
    };
    if let Some(stop) = &moved.isolation {
        stopped(out, "for a shard of its own, writes to the shard that it shared with others", stop)?;
    }
    if let Some(stop) = &moved.stop {
        stopped(out, "for the move, its writes", stop)?;
        writeln!(out, "back: `tenancy move {tenant} --to node --node {}`", moved.from)?;
    }
    Ok(())
}
