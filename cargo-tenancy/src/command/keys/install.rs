//! `keys install`: the database accepts a key's seals.

use clap::Args;
use serde::Serialize;
use tenancy_operate::keys::{self, Installation};

use super::{Use, failed, not_on_citus};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;
use crate::sealing_key::KeySource;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
    #[command(flatten)]
    key: KeySource,
    /// Which seals the key is good for
    #[arg(long = "for", value_enum, default_value_t = Use::Backend, value_name = "SEALS")]
    good_for: Use,
}

#[derive(Serialize)]
struct Installed {
    id: u16,
    good_for: Use,
    /// Whether anything changed.
    changed: bool,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        not_on_citus(&self.manifest.read()?)?;
        let key = self.key.required()?;
        let installation = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            keys::install(&mut connection, &key, self.good_for.into())
                .await
                .map_err(failed("the key was not installed"))
        })?;
        let installed = Installed {
            id: key.id(),
            good_for: self.good_for,
            changed: installation != Installation::AlreadyThere,
        };
        output.result(&installed, |out| {
            let (id, good_for) = (installed.id, self.good_for.in_words());
            match installation {
                Installation::New => writeln!(out, "the database accepts the key {id}, for {good_for}"),
                Installation::Rebound => writeln!(out, "the key {id} was there, and is for {good_for} now"),
                Installation::AlreadyThere => writeln!(out, "the key {id} was there already, for {good_for}"),
            }
        })?;
        Ok(exit::DONE)
    }
}
