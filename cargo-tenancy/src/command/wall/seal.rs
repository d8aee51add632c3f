//! `wall seal`: from plain tenants to sealed ones, in steps of which none refuses a server that is there.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tenancy_operate::keys;
use tenancy_rls::{Mode, RowSecurity, Server};

use super::version::{Folder, Written};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
    #[command(flatten)]
    folder: Folder,
    /// Every server of the application seals by now: from the next migration on, one that does not is refused
    #[arg(long)]
    every_server_seals: bool,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Plain tenants and sealed ones are to be accepted.
    AcceptBoth,
    /// The servers are to seal; nothing was written.
    RollTheServers,
    /// Only sealed tenants are to be accepted.
    Seal,
    /// They are.
    Sealed,
}

#[derive(Serialize)]
struct Next {
    step: Step,
    version: Option<String>,
    folders: Vec<PathBuf>,
    /// What is to be done then, in this order.
    then: Vec<&'static str>,
}

/// What is to be done after each step.
const AFTER_BOTH: [&str; 4] = [
    "run the migration as the owner of the tables; it locks none",
    "roll the servers, from `Wall::plain` to `Wall::sealed`, with the key; they waive R096 of `tenancy.tenant()` meanwhile",
    "run `tenancy wall seal --every-server-seals` when all of them seal",
    "until then the wall is as safe as a plain one",
];
const ROLL: [&str; 2] = [
    "roll the servers, from `Wall::plain` to `Wall::sealed`, with the key; they waive R096 of `tenancy.tenant()` meanwhile",
    "run `tenancy wall seal --every-server-seals` when all of them seal",
];
const AFTER_SEALING: [&str; 2] = [
    "run the migration as the owner of the tables; it locks none",
    "take the waiver of R096 out, and have the application write its manifest, which is `sealed()` now",
];

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let manifest = self.manifest.read()?;
        let wall = manifest.row_security().clone();
        if wall.server() == Server::Citus {
            return Err(Failure::new(
                "not here: the manifest declares a wall of Citus, where each node has keys and functions of its own, and this command looks at one node",
            )
            .fix(
                "take the two steps by hand, on the coordinator: a key by `SealingKey::install_on_all_nodes`, the `mode_migration()` of \
                 `RowSecurity::accepting_both`, and when every server seals that of `sealed()`: https://docs.rs/tenancy-rls/latest/tenancy_rls/#citus",
            ));
        }
        let (mode, keys) = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            let mode = Mode::of_database(&mut connection)
                .await
                .map_err(|error| Failure::new("the wall cannot be looked at").because(error))?;
            let keys = match mode {
                Some(Mode::Plain | Mode::Both) => keys::installed(&mut connection)
                    .await
                    .map_err(|error| Failure::new("nothing is known of the keys").because(error))?,
                Some(Mode::Sealed) | None => Vec::new(),
            };
            Ok((mode, keys.len()))
        })?;
        let next = self.next(wall, mode, keys)?;
        output.result(&next, |out| {
            match next.step {
                Step::AcceptBoth => writeln!(out, "1 of 2: plain tenants and sealed ones are accepted")?,
                Step::RollTheServers => {
                    writeln!(out, "plain tenants and sealed ones are accepted: the servers may seal")?
                }
                Step::Seal => writeln!(out, "2 of 2: only sealed tenants are accepted")?,
                Step::Sealed => writeln!(out, "the database's wall is sealed")?,
            }
            for folder in &next.folders {
                writeln!(out, "{}", folder.display())?;
            }
            for then in &next.then {
                writeln!(out, "- {then}")?;
            }
            Ok(())
        })?;
        Ok(exit::DONE)
    }

    /// Each step is of what the database has, so that one is not written before the last one was run.
    fn next(&self, wall: RowSecurity, mode: Option<Mode>, keys: usize) -> Result<Next, Failure> {
        let write = |wall: RowSecurity, step, then: &[&'static str]| {
            let Written { version, folders } = self.folder.write(&wall.mode_migration())?;
            Ok(Next { step, version: Some(version), folders, then: then.to_vec() })
        };
        let say = |step, then: &[&'static str]| Next {
            step,
            version: None,
            folders: Vec::new(),
            then: then.to_vec(),
        };
        let without_a_key = || {
            Failure::new("no sealing key is installed, and sealed tenants would be refused")
                .fix("`tenancy keys generate`, and `tenancy keys install`")
        };
        match mode {
            None => Err(Failure::new("the database has no wall yet")
                .fix("`tenancy wall migration`: with a sealed manifest it is sealed at once")),
            Some(Mode::Plain | Mode::Both) if keys == 0 => Err(without_a_key()),
            Some(Mode::Plain) => write(wall.accepting_both(), Step::AcceptBoth, &AFTER_BOTH),
            Some(Mode::Both) if self.every_server_seals => write(wall.sealed(), Step::Seal, &AFTER_SEALING),
            Some(Mode::Both) => Ok(say(Step::RollTheServers, &ROLL)),
            Some(Mode::Sealed) => Ok(say(Step::Sealed, &[])),
        }
    }
}
