//! `support revoke`: a grant ends before its time.

use clap::Args;
use serde_json::json;
use tenancy_operate::support;

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
    /// Whose access ends, as it was granted
    #[arg(long, value_name = "PERSON")]
    of: String,
    /// Who revokes it, as the tenant will read it, instead of the login of the database
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    #[command(flatten)]
    database: Database,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (tenant, person) = (tenant(&self.tenant)?, person(&self.of)?);
        let revoked = block_on(async {
            let session = session(&self.database).await?;
            let revoked = support::revoke(&session, &tenant, &person, self.by.as_deref()).await;
            revoked.map_err(|error| failed("nothing is revoked", error))
        })?;
        output.result(&json!({ "revoked": revoked }), |out| match revoked.len() {
            0 => writeln!(out, "{person} had no open grant in the tenant {} any more", self.tenant),
            _ => writeln!(out, "{person} is not let into the tenant {} any more", self.tenant),
        })?;
        Ok(exit::DONE)
    }
}
