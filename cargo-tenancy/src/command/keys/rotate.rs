//! `keys rotate`: the next key, beside those that are there.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tenancy_operate::keys;
use tenancy_rls::Binding;

use super::generate::{make, write};
use super::{Use, failed, not_on_citus};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;
use crate::sealing_key;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    manifest: ManifestFile,
    /// The file of the next key: it is made, or used where it is there
    #[arg(long, value_name = "FILE")]
    next_key_file: PathBuf,
}

#[derive(Serialize)]
struct Rotation {
    id: u16,
    good_for: Use,
    /// Those that are to be retired.
    old: Vec<String>,
    then: Vec<String>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        not_on_citus(&self.manifest.read()?)?;
        let not_done = "the next key was not installed";
        let rotation = block_on(async {
            let mut connection = self.database.connect(not_here::WALL).await?;
            let before = keys::installed(&mut connection).await.map_err(failed(not_done))?;
            let path = &self.next_key_file;
            // On the disk before it is in the database: whatever happens between, it is used the next time.
            if !path.try_exists().map_err(|error| Failure::new(not_done).because(error))? {
                let highest = before.iter().filter_map(|key| key.id.parse::<u16>().ok()).max().unwrap_or(0);
                let id = highest.checked_add(1).ok_or_else(|| {
                    Failure::new(not_done).because("the numbers end with 65535, which is taken").fix(
                        "make a key of a number that is free, by `tenancy keys generate`, and name its file",
                    )
                })?;
                write(path, &make(id)?)?;
            }
            let key = sealing_key::read(path)?;
            let own = key.id().to_string();
            let old: Vec<_> = before.iter().filter(|other| other.id != own).collect();
            // Good for whatever any of the old ones is.
            let any = old.iter().any(|other| other.binding == Binding::Any);
            let binding = if any { Binding::Any } else { Binding::Backend };
            keys::install(&mut connection, &key, binding).await.map_err(failed(not_done))?;
            let old: Vec<_> = old.iter().map(|other| other.id.clone()).collect();
            let mut then = vec![
                format!("have every server of the application seal with the key in {}", path.display()),
                "wait for the lifetime of the last old seal (a minute, unless `Sealer::lifetime` says otherwise)".to_owned(),
            ];
            then.extend(old.iter().map(|old| format!("tenancy keys retire {old}")));
            Ok(Rotation { id: key.id(), good_for: binding.into(), old, then })
        })?;
        output.result(&rotation, |out| {
            writeln!(
                out,
                "the database accepts the key {}, for {}",
                rotation.id,
                rotation.good_for.in_words()
            )?;
            for then in &rotation.then {
                writeln!(out, "- {then}")?;
            }
            Ok(())
        })?;
        Ok(exit::DONE)
    }
}
