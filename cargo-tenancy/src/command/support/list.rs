//! `support list`: who is let in where.

use anstyle::Style;
use clap::Args;
use tenancy_operate::support::{self, Grant, GrantState, Which};

use super::session;
use crate::command::tenants::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

const BOLD: Style = Style::new().bold();

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Those of one tenant
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Also those that have ended
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    database: Database,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let tenant = self.tenant.as_deref().map(tenant).transpose()?;
        let which = if self.all { Which::All } else { Which::Open };
        let grants = block_on(async {
            let session = session(&self.database).await?;
            let listed = support::list(&session, tenant.as_ref(), which).await;
            listed.map_err(|error| failed("the grants cannot be listed", error))
        })?;
        output.result(&grants, |out| {
            let width = |of: fn(&Grant) -> &str| {
                grants.iter().map(|grant| of(grant).chars().count()).max().unwrap_or(0).max(6)
            };
            let (tenant, person) = (width(|grant| &grant.tenant), width(|grant| &grant.person));
            writeln!(
                out,
                "{BOLD}{:tenant$}  {:person$}  {:7}  {:27}  {:>5}  reason{BOLD:#}",
                "tenant", "person", "state", "until", "uses"
            )?;
            for grant in &grants {
                let (state, until) = match grant.state {
                    GrantState::Open => ("open", &grant.until),
                    GrantState::Ended => ("ended", &grant.until),
                    GrantState::Revoked => ("revoked", grant.revoked_at.as_ref().unwrap_or(&grant.until)),
                };
                writeln!(
                    out,
                    "{:tenant$}  {:person$}  {state:7}  {until:27}  {:>5}  {} ({})",
                    grant.tenant, grant.person, grant.uses, grant.reason, grant.granted_by
                )?;
            }
            Ok(())
        })?;
        Ok(exit::DONE)
    }
}
