//! `tenants prepare`, `list`, `suspend` and `resume`.

use anstyle::Style;
use clap::Args;
use serde_json::json;
use tenancy_core::TenantKey;
use tenancy_operate::tenants::{self, Changed, OperateError, Session};
use tenancy_pool::placement::CatalogMigration;

use super::hook::{Hook, Program};
use super::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::not_here;
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
            let session = self.database.session(not_here::TENANTS).await?;
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
            let session = self.database.session(not_here::TENANTS).await?;
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
pub(crate) struct Suspend {
    #[command(flatten)]
    change: Change,
}

#[derive(Debug, Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    change: Change,
}

/// A change of a tenant's status.
#[derive(Debug, Args)]
struct Change {
    /// The tenant's id
    tenant: String,
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    hook: Hook,
}

impl Suspend {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let what = format!("suspending the tenant {:?} is not done", self.change.tenant);
        self.change
            .run(output, what, async |session, tenant, hook| tenants::suspend(session, tenant, hook).await)
    }
}

impl Resume {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let what = format!("the tenant {:?} is not resumed", self.change.tenant);
        self.change
            .run(output, what, async |session, tenant, hook| tenants::resume(session, tenant, hook).await)
    }
}

impl Change {
    fn run(
        self,
        output: &Output,
        what: String,
        change: impl AsyncFnOnce(&Session, &TenantKey, &Program) -> Result<Changed, OperateError>,
    ) -> Result<u8, Failure> {
        let (tenant, hook) = (tenant(&self.tenant)?, self.hook.program()?);
        let changed = block_on(async {
            let session = self.database.session(not_here::TENANTS).await?;
            change(&session, &tenant, &hook).await.map_err(|error| failed(what, error))
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
