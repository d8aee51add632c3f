//! `support grant`: a person is let into a tenant.

use std::time::Duration;

use clap::Args;
use tenancy_core::Reason;
use tenancy_operate::support::{self, GrantRequest};

use super::{person, session};
use crate::command::tenants::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The tenant's id
    tenant: String,
    /// Who is let in, as the application knows them
    #[arg(long, value_name = "PERSON")]
    to: String,
    /// Why; the tenant reads it
    #[arg(long)]
    reason: String,
    /// For how long, such as 2h or 30m
    #[arg(long = "for", value_name = "TIME", value_parser = humantime::parse_duration)]
    lasts: Duration,
    /// Who grants it, as the tenant will read it, instead of the login of the database
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    database: Database,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, person) = (tenant(&self.tenant)?, person(&self.to)?);
        let reason = Reason::new(&self.reason).map_err(|_| {
            Failure::new("the reason is blank, and the tenant reads it")
                .fix("say what it is for, as in --reason \"ticket 12: an import that fails\"")
        })?;
        let mut request = GrantRequest::new(tenant, person, reason, self.lasts);
        if let Some(by) = self.by {
            request = request.by(by);
        }
        let granted = block_on(async {
            let session = session(&self.database).await?;
            let granted = support::grant(&session, &request).await;
            granted.map_err(|error| {
                failed(format!("{:?} is not let into the tenant {:?}", self.to, self.tenant), error)
            })
        })?;
        output.result(&granted, |out| {
            writeln!(
                out,
                "{} is let into the tenant {} until {}: {}",
                granted.person, granted.tenant, granted.until, granted.reason
            )
        })?;
        Ok(exit::DONE)
    }
}
