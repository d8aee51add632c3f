//! `top`: who uses the database now.

mod serve;
mod table;

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;
use serde::Serialize;
use tenancy_operate::activity::{self, Activity, ActivityOptions, Stock};
use tenancy_operate::tenants::Session;
use tenancy_rls::Manifest;

use crate::command::tenants::target::failed;
use crate::connect::{Database, block_on};
use crate::exit;
use crate::failure::Failure;
use crate::manifest::ManifestFile;
use crate::not_here;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    database: Database,
    /// How long the sessions are looked at before they are told of, from a second to an hour
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = humantime::parse_duration)]
    interval: Duration,
    /// Tell it once; without this it goes on until it is interrupted
    #[arg(long)]
    once: bool,
    /// Count the rows of each tenant in the declared tables as well, and share out their size
    #[arg(long)]
    rows: bool,
    /// How long counting one table may take
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = humantime::parse_duration)]
    rows_timeout: Duration,
    /// How many tenants are told apart
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    /// Serve it to Prometheus there, at /metrics, instead of printing it
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:9871", conflicts_with = "once")]
    serve: Option<SocketAddr>,
    /// Let other machines read it: tenants' ids are in it, and nobody is asked who they are
    #[arg(long, requires = "serve")]
    expose: bool,
    #[command(flatten)]
    manifest: ManifestFile,
}

#[derive(Serialize)]
struct Told {
    #[serde(flatten)]
    activity: Activity,
    #[serde(skip_serializing_if = "Option::is_none")]
    stock: Option<Stock>,
}

impl Arguments {
    pub(crate) fn run(self, output: &Output) -> Result<u8, Failure> {
        let bounds = Duration::from_secs(1)..=Duration::from_secs(3600);
        if !bounds.contains(&self.interval) {
            return Err(Failure::new("the sessions are looked at from a second to an hour")
                .fix("give --interval such as 2s"));
        }
        let declared = if self.rows { Some(self.manifest.read()?) } else { None };
        if let Some(address) = self.serve {
            if !address.ip().is_loopback() && !self.expose {
                return Err(Failure::new(format!(
                    "{address} is read by other machines, and tenants' ids are in what is served"
                ))
                .fix(
                    "serve at 127.0.0.1, behind what asks who reads it; or, if that is meant, say --expose",
                ));
            }
            return block_on(serve::serve(&self, declared.as_ref(), address)).map(|()| exit::DONE);
        }
        block_on(async {
            let session = self.session().await?;
            loop {
                let told = self.look(&session, declared.as_ref()).await?;
                output.result(&told, |out| table::write(out, &told, self.top))?;
                if self.once {
                    let is_noisy = told.activity.noisy_neighbour.is_some();
                    return Ok(if is_noisy { exit::FOUND } else { exit::DONE });
                }
            }
        })
    }

    async fn session(&self) -> Result<Session, Failure> {
        self.database.session(not_here::SESSIONS).await
    }

    async fn look(&self, session: &Session, declared: Option<&Manifest>) -> Result<Told, Failure> {
        let options = ActivityOptions::new().window(self.interval);
        let looked = activity::sample(session, &options).await;
        let activity = looked.map_err(|error| failed("the sessions cannot be looked at", error))?;
        let stock = match declared {
            Some(manifest) => {
                let counted =
                    activity::rows(session, manifest.row_security().tables(), self.rows_timeout).await;
                Some(counted.map_err(|error| failed("the rows cannot be counted", error))?)
            }
            None => None,
        };
        Ok(Told { activity, stock })
    }
}
