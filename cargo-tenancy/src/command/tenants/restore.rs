//! `tenants restore`.

use std::path::PathBuf;

use clap::Args;
use tenancy_core::placement::TenantStatus;
use tenancy_operate::tenants::{self, Afterwards, ChangedRows, Export, Restore, Restored, Scrub, Triggers};

use super::super::place::NewPlace;
use super::means::Means;
use super::progress::Line;
use super::rows;
use super::target::{failed, tenant};
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The folder of the export
    from: PathBuf,
    /// Restore as this tenant, with keys of its own
    #[arg(long, value_name = "ID")]
    into: Option<String>,
    /// Serve the tenant when its rows are there; otherwise it stays suspended
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    place: NewPlace,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    means: Means,
}

/// How rows are written.
#[derive(Debug, Args)]
pub(super) struct How {
    /// Write a column anew: TABLE.COLUMN=EXPRESSION, an expression of SQL over the row
    #[arg(long, value_name = "COLUMN=EXPRESSION")]
    set: Vec<String>,
    /// Leave the application's triggers out, which takes a superuser
    #[arg(long)]
    skip_triggers: bool,
    /// Link rows that are seen by links as they are now, where they were changed since the export
    #[arg(long)]
    keep_changed_rows: bool,
}

impl How {
    pub(super) fn restore(&self) -> Result<Restore, Failure> {
        let mut restore =
            Restore::new().triggers(if self.skip_triggers { Triggers::Skip } else { Triggers::Run });
        if self.keep_changed_rows {
            restore = restore.changed_rows(ChangedRows::Keep);
        }
        for set in &self.set {
            restore = restore
                .scrub(Scrub::parse(set).map_err(|error| failed("what is asked for makes no sense", error))?);
        }
        Ok(restore)
    }
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (tables, hook) = self.means.read()?;
        let mut restore = self.how.restore()?;
        if let Some(into) = &self.into {
            restore = restore.into_tenant(tenant(into)?);
        }
        if let Some(place) = self.place.placement()? {
            restore = restore.to(place);
        }
        restore = restore.afterwards(if self.resume { Afterwards::Active } else { Afterwards::Suspended });
        let what = || format!("{} is not restored", self.from.display());
        let restored = block_on(async {
            let line = Line::new("restoring");
            let export = Export::open(&self.from, &line).await.map_err(|error| failed(what(), error))?;
            let session = self.means.session().await?;
            let restored =
                tenants::restore(&session, tables.row_security().tables(), &export, &restore, &hook, &line)
                    .await;
            restored.map_err(|error| failed(what(), error))
        })?;
        print(output, &restored, self.resume)
    }
}

/// Says what was written, or that it was before. Then nothing is done anew, the tenant's status neither.
pub(super) fn print(output: &Output, restored: &Restored, is_to_be_served: bool) -> Result<u8, Failure> {
    output.result(restored, |out| {
        let was = if restored.was_done { " already" } else { "" };
        let (tenant, from) = (restored.tenant.as_str(), restored.from.as_str());
        if tenant == from {
            writeln!(out, "the tenant {tenant} is back{was}, as it was at {}", restored.taken_at)?;
        } else {
            writeln!(out, "the tenant {tenant} has the rows{was} that {from} had at {}", restored.taken_at)?;
        }
        for table in &restored.tables {
            let there = match table.were_there {
                0 => String::new(),
                there => format!(", and {} were there", rows(there)),
            };
            writeln!(out, "  {}.{}: {}{there}", table.schema, table.table, rows(table.rows))?;
        }
        for table in &restored.absent {
            writeln!(out, "  not in the export: {table}")?;
        }
        for key in &restored.fresh_keys {
            writeln!(out, "  given anew: {}.{}, {} of {}", key.table, key.column, key.count, key.values)?;
        }
        if !restored.fresh_keys.is_empty() {
            writeln!(out, "  values that name a row without a foreign key are copied as they are")?;
        }
        if restored.was_done {
            writeln!(out, "that was done before, and nothing was changed now")?;
        }
        match restored.status {
            Some(status) if restored.was_done && is_to_be_served && status != TenantStatus::Active => {
                writeln!(out, "it is {status} in the catalog: `tenancy tenants resume {tenant}` serves it")
            }
            Some(status) => writeln!(out, "it is {status} in the catalog"),
            None => writeln!(out, "there is no catalog of tenants: nothing says whether it is served"),
        }
    })?;
    Ok(if restored.absent.is_empty() { exit::DONE } else { exit::FOUND })
}
