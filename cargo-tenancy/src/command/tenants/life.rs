//! `tenants prepare`, `list`, `create`, `suspend` and `resume`.

use anstyle::Style;
use clap::Args;
use serde_json::json;
use tenancy_operate::tenants::{self, Changed};
use tenancy_pool::placement::CatalogMigration;

use super::hook::Hook;
use super::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::output::Output;

const BOLD: Style = Style::new().bold();

#[derive(Debug, Args)]
pub(crate) struct Prepare {
    #[command(flatten)]
    database: Database,
    /// A role that may read the catalog: the application's servers'
    #[arg(long, value_name = "ROLE")]
    reader: Vec<String>,
    /// A role that may read and change the catalog: an operator's
    #[arg(long, value_name = "ROLE")]
    manager: Vec<String>,
}

impl Prepare {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let unnamed = |error| Failure::new("this is no name of a role").because(error);
        let mut migration = CatalogMigration::new();
        for role in &self.reader {
            migration = migration.reader(role).map_err(unnamed)?;
        }
        for role in &self.manager {
            migration = migration.manager(role).map_err(unnamed)?;
        }
        block_on(async {
            let session = self.database.session().await?;
            let prepared = tenants::prepare(&session, &migration).await;
            prepared.map_err(|error| failed("the database cannot be prepared", error))
        })?;
        output.result(&json!({ "prepared": true }), |out| {
            writeln!(
                out,
                "the catalog tenancy.tenant_placements and the journal tenancy.tenant_operations are there"
            )
        })?;
        Ok(exit::DONE)
    }
}

#[derive(Debug, Args)]
pub(crate) struct List {
    #[command(flatten)]
    database: Database,
}

impl List {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let entries = block_on(async {
            let session = self.database.session().await?;
            tenants::list(&session).await.map_err(|error| failed("the tenants cannot be listed", error))
        })?;
        let interrupted = entries.iter().any(|entry| entry.operation.is_some());
        output.result(&entries, |out| {
            let width = entries.iter().map(|entry| entry.tenant.chars().count()).max().unwrap_or(0).max(6);
            writeln!(out, "{BOLD}{:width$}  {:9}  {:20}  changed{BOLD:#}", "tenant", "status", "place")?;
            for entry in &entries {
                let place = match (&entry.database, &entry.schema) {
                    (Some(database), Some(schema)) => format!("{database}/{schema}"),
                    (Some(database), None) => database.clone(),
                    (None, Some(schema)) => format!("schema {schema}"),
                    (None, None) => "shared tables".to_owned(),
                };
                let open = entry
                    .operation
                    .as_ref()
                    .map(|kind| format!("  ({kind} interrupted)"))
                    .unwrap_or_default();
                writeln!(
                    out,
                    "{:width$}  {:9}  {place:20}  {}{open}",
                    entry.tenant, entry.status, entry.changed_at
                )?;
            }
            Ok(())
        })?;
        Ok(if interrupted { exit::FOUND } else { exit::DONE })
    }
}

#[derive(Debug, Args)]
pub(crate) struct Create {
    /// The new tenant's id
    tenant: String,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    declared: ManifestFile,
    #[command(flatten)]
    hook: Hook,
}

impl Create {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, tables, hook) = (tenant(&self.tenant)?, self.declared.read()?, self.hook.program()?);
        let changed = block_on(async {
            let session = self.database.session().await?;
            let created = tenants::create(&session, tables.row_security().tables(), &tenant, &hook).await;
            created.map_err(|error| failed(format!("the tenant {:?} is not created", self.tenant), error))
        })?;
        said(output, &changed)
    }
}

#[derive(Debug, Args)]
pub(crate) struct Change {
    /// The tenant's id
    tenant: String,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    hook: Hook,
}

impl Change {
    pub(super) fn suspend(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, hook) = (tenant(&self.tenant)?, self.hook.program()?);
        let changed = block_on(async {
            let session = self.database.session().await?;
            let suspended = tenants::suspend(&session, &tenant, &hook).await;
            suspended.map_err(|error| {
                failed(format!("suspending the tenant {:?} is not done", self.tenant), error)
            })
        })?;
        said(output, &changed)
    }

    pub(super) fn resume(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, hook) = (tenant(&self.tenant)?, self.hook.program()?);
        let changed = block_on(async {
            let session = self.database.session().await?;
            let resumed = tenants::resume(&session, &tenant, &hook).await;
            resumed.map_err(|error| failed(format!("the tenant {:?} is not resumed", self.tenant), error))
        })?;
        said(output, &changed)
    }
}

fn said(output: &Output, changed: &Changed) -> Result<u8, Failure> {
    output.result(changed, |out| {
        let was = if changed.was_done { " already" } else { "" };
        writeln!(out, "the tenant {} is {}{was}", changed.tenant.as_str(), changed.status)
    })?;
    Ok(exit::DONE)
}
