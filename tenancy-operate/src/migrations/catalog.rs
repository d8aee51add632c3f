//! The targets, as the catalog of tenants has them.

use std::collections::{BTreeMap, BTreeSet};

use tenancy_core::placement::SchemaName;
use tenancy_pool::placement::DatabaseName;
use tokio_postgres::Client;

use super::error::{MigrationError, database};
use super::target::Target;

/// The targets, each with the tenants that live there.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    pub(super) targets: BTreeMap<Target, BTreeSet<String>>,
}

impl Fleet {
    /// Reads them. Deleted tenants have none any more; the shared tables are one of them, whoever lives there.
    pub(super) async fn read(client: &Client) -> Result<Self, MigrationError> {
        let there = client
            .query_one("SELECT pg_catalog.to_regclass('tenancy.tenant_placements') IS NOT NULL", &[])
            .await;
        if !there.map_err(database("the catalog of tenants cannot be looked for"))?.get::<_, bool>(0) {
            return Err(MigrationError::new(
                "there is no catalog of tenants in this database, and without it no schema is known",
            )
            .fix("give the address of the catalog's database, or run `tenancy tenants prepare`"));
        }
        let rows = client
            .query("SELECT tenant, schema_name, database_name FROM tenancy.tenant_placements WHERE status <> 'deleted'", &[])
            .await
            .map_err(database("the catalog of tenants (tenancy.tenant_placements) cannot be read"))?;
        let mut fleet = Self::default();
        fleet.targets.entry(Target::shared()).or_default();
        for row in rows {
            let (tenant, schema, name): (String, Option<String>, Option<String>) =
                (row.get(0), row.get(1), row.get(2));
            let unreadable = |error| {
                MigrationError::new(format!("the catalog's entry of tenant {tenant:?} cannot be understood"))
                    .because(error)
            };
            let target = Target {
                database: name.map(DatabaseName::try_from).transpose().map_err(unreadable)?,
                schema: schema.map(SchemaName::try_from).transpose().map_err(unreadable)?,
            };
            fleet.targets.entry(target.around()).or_default();
            fleet.targets.entry(target).or_default().insert(tenant);
        }
        Ok(fleet)
    }

    /// Adds schemas that the catalog does not have.
    pub(super) fn add(&mut self, targets: &[Target]) {
        for target in targets {
            self.targets.entry(target.around()).or_default();
            self.targets.entry(target.clone()).or_default();
        }
    }

    /// Where a tenant lives.
    pub(super) fn of(&self, tenant: &str) -> Result<&Target, MigrationError> {
        self.targets
            .iter()
            .find(|(_, tenants)| tenants.contains(tenant))
            .map(|(target, _)| target)
            .ok_or_else(|| {
                MigrationError::new(format!("tenant {tenant:?} is not in the catalog, or is deleted"))
                    .fix("give the id as the catalog has it: `tenancy tenants list`")
            })
    }
}

/// Tables must not change while a move compares them on both sides.
pub(super) async fn no_move(client: &Client, targets: &BTreeSet<Target>) -> Result<(), MigrationError> {
    let there = client.query_one("SELECT pg_catalog.to_regclass('tenancy.moves') IS NOT NULL", &[]).await;
    if !there.map_err(database("the moves of tenants cannot be looked for"))?.get::<_, bool>(0) {
        return Ok(());
    }
    let rows = client
        .query(
            "SELECT tenant, place ->> 'database', place ->> 'schema' FROM tenancy.moves, LATERAL (VALUES (source), (destination)) AS p (place)
              WHERE step IN ('begun', 'following', 'copied', 'undoing')",
            &[],
        )
        .await
        .map_err(database("the moves of tenants (tenancy.moves) cannot be read"))?;
    for row in rows {
        let (tenant, name, schema): (String, Option<String>, Option<String>) =
            (row.get(0), row.get(1), row.get(2));
        let place = (name.unwrap_or_default(), schema.unwrap_or_default());
        if let Some(target) =
            targets.iter().find(|target| target.key() == (place.0.as_str(), place.1.as_str()))
        {
            return Err(MigrationError::new(format!("tenant {tenant:?} is being moved, from or to {target}, whose tables have to stay as they are"))
                .fix(format!("end the move (`tenancy move {tenant}` as it was begun) or take it back (`--undo`), and run this again")));
        }
    }
    Ok(())
}
