//! `support prepare`: the tables of grants.

use std::time::Duration;

use clap::Args;
use serde_json::json;
use tenancy_operate::support::{self, SupportMigration};

use super::session;
use crate::command::tenants::target::failed;
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// The login with which the application's servers ask: it reads grants and writes uses
    #[arg(long, value_name = "ROLE")]
    door: Vec<String>,
    /// The application's role behind the wall: it reads its tenant's own trail
    #[arg(long, value_name = "ROLE")]
    tenants: Vec<String>,
    /// How long a grant may last, seven days at most
    #[arg(long, value_name = "TIME", default_value = "8h", value_parser = humantime::parse_duration)]
    longest: Duration,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        if self.longest > SupportMigration::UTMOST || self.longest < Duration::from_secs(1) {
            return Err(
                Failure::new("a grant lasts from a second to seven days").fix("give --longest such as 8h")
            );
        }
        let unnamed = |error| Failure::new("this is no name of a role").because(error);
        let mut migration = SupportMigration::new().longest(self.longest);
        for role in &self.door {
            migration = migration.door(role).map_err(unnamed)?;
        }
        for role in &self.tenants {
            migration = migration.tenants(role).map_err(unnamed)?;
        }
        block_on(async {
            let session = session(&self.database).await?;
            let prepared = support::prepare(&session, &migration).await;
            prepared.map_err(|error| failed("the database cannot be prepared", error))
        })?;
        let longest = humantime::format_duration(self.longest).to_string();
        let prepared = json!({ "prepared": true, "door": self.door, "tenants": self.tenants, "longest_seconds": self.longest.as_secs() });
        output.result(&prepared, |out| {
            writeln!(out, "the tables tenancy.support_access and tenancy.support_uses are there; a grant lasts {longest} at most")?;
            if self.door.is_empty() {
                writeln!(out, "no --door is named: no application's server can ask them yet")?;
            }
            Ok(())
        })?;
        Ok(exit::DONE)
    }
}
