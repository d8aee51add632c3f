//! What an organisation sets, over the defaults.

use serde::{Deserialize, Serialize};
use tenancy_axum::Problem;
use tenancy_diesel::{insert_into, update};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use crate::database::{Database, on};
use crate::model::Scope;
use crate::schema::settings;

/// What is not set, or is older than the program, has its default.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OrgSettings {
    /// What the overview begins with.
    pub greeting: String,
}

pub async fn get(db: &Database, scope: &Scope) -> Result<OrgSettings, Problem> {
    let overlay = settings::table.scoped(scope).select(settings::overlay);
    let found: Vec<String> = on!(db, pools => pools.tenants.load(scope, overlay).await)?;
    let Some(overlay) = found.first() else { return Ok(OrgSettings::default()) };
    serde_json::from_str(overlay).map_err(|error| Problem::internal(&error))
}

pub async fn keep(db: &Database, scope: &Scope, set: &OrgSettings) -> Result<(), Problem> {
    let overlay = serde_json::to_string(set).map_err(|error| Problem::internal(&error))?;
    on!(db, pools => pools.tenants.transaction(scope, async |tx| {
        let changed = update(settings::table.scoped(scope)).set(settings::overlay.eq(&overlay)).execute(tx).await?;
        if changed == 0 {
            insert_into(settings::table.scoped(scope)).values(settings::overlay.eq(&overlay)).execute(tx).await?;
        }
        Ok::<_, PoolError>(())
    }).await)?;
    Ok(())
}
