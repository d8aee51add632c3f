//! `keys list`: the keys that the database accepts, without what they are made of.

use clap::Args;
use serde::Serialize;
use tenancy_operate::keys;
use tenancy_rls::Mode;

use super::{Use, failed, not_on_citus};
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
}

#[derive(Serialize)]
struct Keys {
    /// Whether the database opens seals: a plain wall has its keys in reserve.
    opens_seals: bool,
    keys: Vec<Key>,
}

#[derive(Serialize)]
struct Key {
    id: String,
    good_for: Use,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        not_on_citus(&self.manifest.read()?)?;
        let listed = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            let mode = Mode::of_database(&mut connection)
                .await
                .map_err(|error| Failure::new("the wall cannot be looked at").because(error))?;
            let installed =
                keys::installed(&mut connection).await.map_err(failed("the keys cannot be listed"))?;
            let keys = installed.into_iter().map(|key| Key { id: key.id, good_for: key.binding.into() });
            Ok(Keys { opens_seals: matches!(mode, Some(Mode::Sealed | Mode::Both)), keys: keys.collect() })
        })?;
        output.result(&listed, |out| {
            for key in &listed.keys {
                writeln!(out, "{:>5}  {}", key.id, key.good_for.in_words())?;
            }
            match (listed.keys.is_empty(), listed.opens_seals) {
                (true, true) => writeln!(out, "no key is installed, and every sealed transaction fails"),
                (true, false) => writeln!(out, "no key is installed"),
                (false, false) => writeln!(out, "the wall is plain: no seal is opened yet"),
                (false, true) => Ok(()),
            }
        })?;
        Ok(if listed.keys.is_empty() && listed.opens_seals { exit::FOUND } else { exit::DONE })
    }
}
