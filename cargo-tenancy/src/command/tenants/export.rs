//! `tenants export`.

use std::path::PathBuf;

use clap::Args;
use tenancy_operate::tenants::{self, IfThere};

use super::progress::Line;
use super::rows;
use super::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The tenant's id
    tenant: String,
    /// The folder that is made, and appears when everything is in it
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
    /// Where the folder is there, and a whole export of this tenant, that is good
    #[arg(long)]
    keep_existing: bool,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    declared: ManifestFile,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, tables) = (tenant(&self.tenant)?, self.declared.read()?);
        let if_there = if self.keep_existing { IfThere::Keep } else { IfThere::Refuse };
        let exported = block_on(async {
            let session = self.database.session(not_here::TENANTS).await?;
            let line = Line::new("exporting");
            let exported =
                tenants::export(&session, tables.row_security().tables(), &tenant, &self.to, if_there, &line)
                    .await;
            exported.map_err(|error| failed(format!("the tenant {:?} is not exported", self.tenant), error))
        })?;
        output.result(&exported, |out| {
            let (manifest, folder) = (&exported.manifest, exported.folder.display());
            if exported.was_there {
                writeln!(
                    out,
                    "{folder} is there already: a whole export of {}, and nothing was written",
                    manifest.taken_at
                )?;
            } else {
                writeln!(
                    out,
                    "exported the tenant {} as it was at {} to {folder}",
                    self.tenant, manifest.taken_at
                )?;
            }
            for table in &manifest.tables {
                writeln!(out, "  {}.{}: {}", table.schema, table.table, rows(table.rows))?;
            }
            for left in &manifest.left_out {
                writeln!(out, "  not in it: {}.{}: {}", left.schema, left.table, left.why)?;
            }
            writeln!(out, "manifest's SHA-256: {}", exported.sha256)
        })?;
        Ok(exit::DONE)
    }
}
