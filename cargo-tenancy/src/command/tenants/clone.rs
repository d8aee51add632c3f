//! `tenants clone`.

use std::path::PathBuf;

use clap::Args;
use tenancy_operate::tenants::{self, Afterwards};

use super::super::place::NewPlace;
use super::means::Means;
use super::progress::Line;
use super::restore::{How, print};
use super::target::{failed, tenant};
use crate::connect::block_on;
use crate::failure::Failure;
use crate::output::Output;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The tenant to copy
    tenant: String,
    /// The tenant that is made of it
    #[arg(long, value_name = "ID")]
    into: String,
    /// Leave the new tenant suspended
    #[arg(long)]
    suspended: bool,
    /// Where the rows are put meanwhile [default: the system's folder for such]
    #[arg(long, value_name = "FOLDER")]
    workplace: Option<PathBuf>,
    #[command(flatten)]
    place: NewPlace,
    #[command(flatten)]
    how: How,
    #[command(flatten)]
    means: Means,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let (from, into) = (tenant(&self.tenant)?, tenant(&self.into)?);
        if from == into {
            return Err(Failure::new(format!("the tenant {:?} is to be cloned into itself", self.tenant))
                .fix("give `--into` another id"));
        }
        let (tables, hook) = self.means.read()?;
        let afterwards = if self.suspended { Afterwards::Suspended } else { Afterwards::Active };
        let mut how = self.how.restore()?.afterwards(afterwards);
        if let Some(place) = self.place.placement()? {
            how = how.to(place);
        }
        let workplace = self.workplace.clone().unwrap_or_else(std::env::temp_dir);
        let cloned = block_on(async {
            let session = self.means.session().await?;
            let line = Line::new("cloning");
            let cloned = tenants::clone(
                &session,
                tables.row_security().tables(),
                &from,
                &into,
                &how,
                &workplace,
                &hook,
                &line,
            )
            .await;
            cloned.map_err(|error| failed(format!("the tenant {:?} is not cloned", self.tenant), error))
        })?;
        print(output, &cloned, !self.suspended)
    }
}
