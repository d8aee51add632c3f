//! `keys retire`: the database refuses a key's seals.

use clap::Args;
use serde::Serialize;
use tenancy_operate::keys::{self, KeyError, Retirement};

use super::{failed, not_on_citus};
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
    /// The key's number
    id: u16,
    /// Retire it although that locks applications out, for this reason, which is left in the server's log
    #[arg(long, value_name = "REASON")]
    force_lockout: Option<String>,
}

#[derive(Serialize)]
struct Retired {
    id: u16,
    changed: bool,
    /// Why applications were locked out, if they were.
    #[serde(skip_serializing_if = "Option::is_none")]
    lockout: Option<String>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        not_on_citus(&self.manifest.read()?)?;
        let retirement = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            keys::retire(&mut connection, self.id, self.force_lockout.as_deref()).await.map_err(|error| {
                let lockout = matches!(error, KeyError::Lockout { .. });
                let failure = failed("the key was not retired")(error);
                if lockout {
                    failure.fix("`tenancy keys rotate`; or say why, by --force-lockout REASON")
                } else {
                    failure
                }
            })
        })?;
        let (changed, lockout) = match retirement {
            Retirement::Retired { lockout } => (true, lockout),
            Retirement::NotThere => (false, None),
        };
        let retired = Retired { id: self.id, changed, lockout };
        output.result(&retired, |out| {
            match (retired.changed, &retired.lockout) {
                (false, _) => writeln!(out, "the database had no key {}", self.id),
                (true, None) => writeln!(out, "the database refuses the seals of the key {} now", self.id),
                (true, Some(reason)) => {
                    writeln!(out, "the database refuses the seals of the key {} now, and applications are locked out: {reason}", self.id)
                }
            }
        })?;
        Ok(exit::DONE)
    }
}
