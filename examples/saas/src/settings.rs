//! What an organisation sets, over the defaults.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tenancy_axum::Problem;
use tenancy_diesel::{insert_into, update};
use tenancy_policies::{OverlaySource, Settings, SettingsError, SettingsOptions};
use tenancy_pool::PoolError;
use tenancy_pool::prelude::*;

use crate::database::{Database, on};
use crate::model::Scope;
use crate::schema::settings;

/// What there is to set. A new one has its default for everybody.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct OrgSettings {
    /// What the overview begins with.
    pub greeting: String,
}

/// The settings of each organisation, kept for half a minute: so long another process may have those of before.
pub struct Kept {
    settings: Settings<Overlays, OrgSettings>,
    db: Database,
}

/// What differs from the defaults: one row for each organisation.
struct Overlays(Database);

impl OverlaySource for Overlays {
    type TenantId = TenantId;
    type Error = PoolError;

    async fn overlay<B: 'static>(&self, scope: &Scoped<TenantId, B>) -> Result<Option<Value>, PoolError> {
        let overlay = settings::table.scoped(scope).select(settings::overlay);
        let found: Vec<String> = on!(&self.0, pools => pools.tenants.load(scope, overlay).await)?;
        // What is no JSON is a text, and no setting: who reads it says so.
        Ok(found.into_iter().next().map(|text| serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }
}

impl Kept {
    pub fn new(db: &Database) -> Result<Self, SettingsError> {
        let settings = Settings::new(Overlays(db.clone()), SettingsOptions::new())?;
        Ok(Self { settings, db: db.clone() })
    }

    pub async fn of(&self, scope: &Scope) -> Result<OrgSettings, Problem> {
        let settings = self.settings.get(scope).await.map_err(|error| Problem::internal(&error))?;
        Ok(OrgSettings::clone(&settings))
    }

    /// Keeps what was set. Nobody keeps what cannot be read.
    pub async fn set(&self, scope: &Scope, set: &OrgSettings) -> Result<(), Problem> {
        let overlay = serde_json::to_value(set).map_err(|error| Problem::internal(&error))?;
        self.settings.validate(&overlay).map_err(|error| Problem::internal(&error))?;
        let overlay = overlay.to_string();
        on!(&self.db, pools => pools.tenants.transaction(scope, async |tx| {
            let changed = update(settings::table.scoped(scope)).set(settings::overlay.eq(&overlay)).execute(tx).await?;
            if changed == 0 {
                insert_into(settings::table.scoped(scope)).values(settings::overlay.eq(&overlay)).execute(tx).await?;
            }
            Ok::<_, PoolError>(())
        }).await)?;
        self.settings.forget(scope).map_err(|error| Problem::internal(&error))
    }
}
