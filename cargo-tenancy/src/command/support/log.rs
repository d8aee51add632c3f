//! `support log`: what a tenant may read.

use clap::Args;
use tenancy_operate::support::{self, LogEntry, LogEvent};

use super::session;
use crate::command::tenants::target::{failed, tenant};
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The tenant's id
    tenant: String,
    #[command(flatten)]
    database: Database,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let tenant = tenant(&self.tenant)?;
        let entries = block_on(async {
            let session = session(&self.database).await?;
            let entries = support::log(&session, &tenant).await;
            entries.map_err(|error| failed("the trail cannot be read", error))
        })?;
        output.result(&entries, |out| {
            for entry in &entries {
                writeln!(out, "{}  {}", entry.at, said(entry))?;
            }
            if entries.is_empty() {
                writeln!(out, "nobody was let into the tenant {}", self.tenant)?;
            }
            Ok(())
        })?;
        Ok(exit::DONE)
    }
}

fn said(entry: &LogEntry) -> String {
    let LogEntry { person, until, reason, .. } = entry;
    let by = entry.by.as_deref().unwrap_or_default();
    match entry.what {
        LogEvent::Granted => format!("{by} let {person} in until {until}: {reason}"),
        LogEvent::Used => format!("{person} came in"),
        LogEvent::Revoked => format!("{by} ended what {person} was granted"),
        LogEvent::Ended => format!("what {person} was granted is over"),
        _ => format!("something else became of what {person} was granted"),
    }
}
