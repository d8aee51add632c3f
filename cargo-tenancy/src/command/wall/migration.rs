//! `wall migration`: the next increment.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;
use tenancy_rls::Mode;

use super::diff::Sides;
use super::named;
use super::version::{Folder, Written};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    sides: Sides,
    #[command(flatten)]
    folder: Folder,
    /// Look at no database: write it whatever there is
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Increment {
    version: Option<String>,
    folders: Vec<PathBuf>,
    /// What the database lacked; nothing where none was looked at.
    differences: Option<usize>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let wall = self.sides.wall()?;
        let mut differences = None;
        if !self.offline {
            let (difference, mode) = self.sides.compared(&wall)?;
            changes_no_mode(mode, wall.mode())?;
            differences = Some(difference.differences.len());
        }
        let migration =
            if self.sides.place.tenant_schema.is_some() { wall.tables_migration() } else { wall.migration() };
        let written = match differences {
            Some(0) => None,
            _ => Some(self.folder.write(&migration)?),
        };
        let (version, folders) = written.map(|Written { version, folders }| (version, folders)).unzip();
        let increment = Increment { version, folders: folders.unwrap_or_default(), differences };
        output.result(&increment, |out| {
            for folder in &increment.folders {
                writeln!(out, "{}", folder.display())?;
            }
            match increment.version {
                None => writeln!(out, "nothing is to be written: the database has the declared wall"),
                Some(_) => {
                    writeln!(out, "review it, and run it as the owner of the tables; then `tenancy inspect`")
                }
            }
        })?;
        Ok(exit::DONE)
    }
}

/// One that seals a plain wall at once refuses every server that does not seal yet, and a sealed one does not become plain.
fn changes_no_mode(database: Option<Mode>, declared: Mode) -> Result<(), Failure> {
    let Some(database) = database.filter(|database| *database != declared) else { return Ok(()) };
    let differ = format!(
        "the database's wall is {}, and the manifest declares a {} one",
        named(database),
        named(declared)
    );
    let failure = Failure::new(differ);
    Err(match declared {
        Mode::Sealed | Mode::Both => failure.fix(
            "seal it step by step with `tenancy wall seal`, so that no server is refused; other changes are written with a manifest of the \
             database's mode",
        ),
        Mode::Plain => failure.fix(
            "declare it with `sealed()`, as it is; to give the seals up, run the migration of `accepting_both()` first",
        ),
    })
}
