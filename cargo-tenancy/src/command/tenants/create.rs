//! `tenants create`.

use clap::Args;
use serde_json::json;
use tenancy_operate::tenants::{self, Created};

use super::super::place::NewPlace;
use super::means::Means;
use super::target::{failed, tenant};
use crate::connect::block_on;
use crate::exit;
use crate::failure::Failure;
use crate::output::Output;

/// Add a tenant, in the shared tables or at a place of its own; it is served when its hook has succeeded
///
/// The place has the application's tables and their wall already (`tenancy migrate run --schema NAME --create-schemas`, `tenancy wall
/// migration --tenant-schema NAME`), and no rows of anybody's; otherwise nothing is done. The hook reads `schema` and `database` in what it is
/// told, and makes the tenant's first rows there. Run again after any end, it goes on, or says what is there.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The new tenant's id
    tenant: String,
    /// Take back a creation that was interrupted or whose hook failed, where no rows of the tenant are
    #[arg(long, conflicts_with_all = ["to", "hook"])]
    undo: bool,
    #[command(flatten)]
    place: NewPlace,
    #[command(flatten)]
    means: Means,
}

impl Arguments {
    pub(super) fn run(self, output: &Output) -> Result<u8, Failure> {
        let id = tenant(&self.tenant)?;
        let (tables, hook) = self.means.read()?;
        let (place, tables) = (self.place.placement()?, tables.row_security().tables());
        if self.undo {
            let undone = block_on(async {
                let session = self.means.session().await?;
                let undone = tenants::undo_create(&session, tables, &id).await;
                let what = || format!("the creation of the tenant {:?} is not taken back", self.tenant);
                undone.map_err(|error| failed(what(), error))
            })?;
            output.result(&json!({ "tenant": id, "undone": undone }), |out| {
                let said = if undone { "is taken back" } else { "was not begun, or is taken back already" };
                writeln!(out, "the creation of the tenant {} {said}", self.tenant)
            })?;
            return Ok(exit::DONE);
        }
        let created = block_on(async {
            let session = self.means.session().await?;
            let created = tenants::create(&session, tables, &id, place.as_ref(), &hook).await;
            created.map_err(|error| failed(format!("the tenant {:?} is not created", self.tenant), error))
        })?;
        said(output, &created)
    }
}

fn said(output: &Output, created: &Created) -> Result<u8, Failure> {
    output.result(created, |out| {
        let was = if created.was_done { " already" } else { "" };
        let place = match (&created.database, &created.schema) {
            (Some(database), Some(schema)) => format!("the schema {schema} of the database {database}"),
            (Some(database), None) => format!("the database {database}"),
            (None, Some(schema)) => format!("the schema {schema}"),
            (None, None) => "the shared tables".to_owned(),
        };
        writeln!(out, "the tenant {} is {}{was}, in {place}", created.tenant.as_str(), created.status)
    })?;
    Ok(exit::DONE)
}
