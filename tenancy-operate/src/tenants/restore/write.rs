//! An export's rows, written where they go.

use serde_json::{Value, json};
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, TenantStatus};
use tenancy_rls::Tables;

use super::conflicts::{self, no_rows};
use super::request::{Restore, Scrub};
use super::stage::{self, Staged};
use super::{ROWS, Restored, fresh_keys, insert, may_get_rows, read};
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::export::Export;
use crate::tenants::failpoint;
use crate::tenants::hooks::{self, HookStep, Hooks};
use crate::tenants::journal::{Elsewhere, Operation, OperationKind};
use crate::tenants::layout::LaidTable;
use crate::tenants::lifecycle::{ready, status};
use crate::tenants::progress::Progress;
use crate::tenants::residence::Residence;
use crate::tenants::session::Session;
use crate::tenants::sql;

/// What is restored, how, and by which operation.
pub(in crate::tenants) struct Work<'a> {
    pub(in crate::tenants) tables: &'a Tables,
    pub(in crate::tenants) export: &'a Export,
    pub(in crate::tenants) restore: &'a Restore,
    pub(in crate::tenants) kind: OperationKind,
    pub(in crate::tenants) request: &'a Value,
    pub(in crate::tenants) hooks: &'a dyn Hooks,
    pub(in crate::tenants) progress: &'a dyn Progress,
}

impl Work<'_> {
    /// Writes the rows, and says so in the journal, in one transaction; in another database than the catalog's in one of its own before.
    pub(in crate::tenants) async fn write_rows(
        &self,
        session: &Session,
        operation: &mut Operation,
    ) -> Result<Restored, OperateError> {
        let from = &self.export.manifest().tenant;
        may_get_rows(session, operation).await?;
        let residence = self.residence(session, &operation.tenant).await?;
        let place = Some(residence.placement());
        hooks::call(session, operation, self.hooks, HookStep::Created, Some(from), place).await?;
        let Some((other, _)) = residence.elsewhere() else {
            session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
            let catalog = may_get_rows(session, operation).await?;
            self.may_go_there(session, &residence, &operation.tenant).await?;
            let restored = self.in_one_transaction(&residence, &operation.tenant).await?;
            return enter(session, operation, &residence, restored, catalog).await;
        };
        let elsewhere = Elsewhere::begin(session, other, operation).await?;
        let restored = self.elsewhere(session, &residence, &elsewhere, operation).await;
        if restored.is_err() {
            elsewhere.give_up(operation).await;
        }
        restored
    }

    /// Writes the rows into another database, and then says so in the catalog.
    async fn elsewhere(
        &self,
        session: &Session,
        residence: &Residence<'_>,
        elsewhere: &Elsewhere<'_>,
        operation: &mut Operation,
    ) -> Result<Restored, OperateError> {
        let before = elsewhere.done(operation).await?;
        elsewhere.intend(operation).await?;
        session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
        let catalog = may_get_rows(session, operation).await?;
        let restored = match before {
            Some(restored) => read(restored)?,
            None => {
                self.may_go_there(session, residence, &operation.tenant).await?;
                let there = residence.session();
                there.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
                let restored = self.in_one_transaction(residence, &operation.tenant).await?;
                failpoint::reached("restore.elsewhere").await;
                elsewhere.commit(operation, self.kind, self.request, &json!(restored)).await?;
                failpoint::reached("restore.elsewhere.committed").await;
                restored
            }
        };
        enter(session, operation, residence, restored, catalog).await
    }

    /// Where the rows go.
    async fn residence<'s>(
        &self,
        session: &'s Session,
        tenant: &TenantKey,
    ) -> Result<Residence<'s>, OperateError> {
        match &self.restore.to {
            None => Residence::of(session, self.tables, tenant).await,
            Some(to) if status::is_there(session).await? || *to == Placement::Shared => {
                Residence::at(session, self.tables, to.clone()).await
            }
            Some(_) => Err(OperateError::new(
                OperateErrorKind::Request,
                "there is no catalog of tenants in this database that could say that the tenant lives anywhere but in its shared tables",
            )
            .fix("give the address of the catalog's database, or make it with `tenancy tenants prepare`")),
        }
    }

    /// Where it goes to another place than the catalog has, that one is no other tenant's, and none of its rows may be at the old one.
    async fn may_go_there(
        &self,
        session: &Session,
        residence: &Residence<'_>,
        tenant: &TenantKey,
    ) -> Result<(), OperateError> {
        if self.restore.to.is_none() {
            return residence.is_still_there(tenant).await;
        }
        if status::is_there(session).await? {
            status::is_nobodys(session, tenant, residence.placement()).await?;
        }
        ready::is_ready(session, self.tables, residence).await?;
        match status::place_of(session, tenant).await? {
            Some(place) if place != *residence.placement() => {
                let before = Residence::at(session, self.tables, place).await?;
                let rows = no_rows(before.session(), &before.layout_present(tenant).await?).await;
                rows.map_err(|error| {
                    error.fix(
                        "erase them first, or leave out `--to`: then the tenant comes back to where it was",
                    )
                })
            }
            _ => Ok(()),
        }
    }

    async fn in_one_transaction(
        &self,
        residence: &Residence<'_>,
        tenant: &TenantKey,
    ) -> Result<Restored, OperateError> {
        let Self { export, restore, progress, .. } = *self;
        let (session, manifest) = (residence.session(), export.manifest());
        let layout = residence.layout(tenant).await?;
        if layout.tenant_type != manifest.tenant_type {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "the ids of tenants are {} here, and {} in the export",
                    layout.tenant_type, manifest.tenant_type
                ),
            ));
        }
        no_rows(session, &layout).await?;
        let staged = stage::stage(session, &layout, export, progress).await?;
        let absent = layout.owned().filter(|table| !staged.iter().any(|each| each.table.oid == table.oid));
        let absent = absent.map(LaidTable::label).collect();
        stage::are_the_tenants(session, &layout, &staged, &manifest.tenant).await?;
        let fresh_keys = if *tenant == manifest.tenant {
            Vec::new()
        } else {
            fresh_keys::give(session, &layout, &staged, &manifest.tenant, &restore.scrub).await?
        };
        scrub(session, &staged, &restore.scrub).await?;
        // What was set may lead to other rows.
        let are_still = stage::are_the_tenants(session, &layout, &staged, tenant).await;
        are_still.map_err(|error| {
            if restore.scrub.is_empty() {
                error
            } else {
                error.fix("set no column to a key of a row of another tenant's")
            }
        })?;
        conflicts::no_key_is_taken(session, &staged).await?;
        conflicts::nothing_is_missing(session, &layout, &staged, restore.triggers).await?;
        failpoint::reached("restore.insert").await;
        let written =
            insert::insert(session, &layout, &staged, restore.triggers, restore.changed_rows).await?;
        insert::is_the_same(session, &staged).await?;
        insert::advance_sequences(session, &staged).await?;
        Ok(Restored {
            tenant: tenant.clone(),
            from: manifest.tenant.clone(),
            export: export.sha256().to_owned(),
            taken_at: manifest.taken_at.clone(),
            tables: written,
            absent,
            fresh_keys,
            status: None,
            was_done: false,
        })
    }
}

/// Says in the journal what was written and in the catalog that the tenant is there, suspended, and ends the transaction. Its id is given
/// again to whose it was.
async fn enter(
    session: &Session,
    operation: &mut Operation,
    residence: &Residence<'_>,
    mut restored: Restored,
    catalog: bool,
) -> Result<Restored, OperateError> {
    if catalog {
        status::put(session, &operation.tenant, TenantStatus::Suspended, residence.placement()).await?;
    }
    restored.status = catalog.then_some(TenantStatus::Suspended);
    operation.step(session, ROWS, Some(json!(restored))).await?;
    failpoint::reached("restore.commit").await;
    session.run("the restore cannot be committed: whether it was, the next run says", "COMMIT").await?;
    failpoint::reached("restore.committed").await;
    Ok(restored)
}

/// Writes columns anew, before they are compared with what is there.
async fn scrub(session: &Session, staged: &[Staged<'_>], scrub: &[Scrub]) -> Result<(), OperateError> {
    for each in scrub {
        let found = staged.iter().find(|staged| fresh_keys::is_of(each, staged.table));
        let column = found.and_then(|staged| {
            staged.columns().find(|column| column.name == each.column && !column.generated)
        });
        let (Some(staged), Some(column)) = (found, column) else {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                format!(
                    "{}.{} is to be set, and is no column of the export that is written",
                    each.table, each.column
                ),
            )
            .fix("look at the names in the export's manifest.json"));
        };
        if staged.table.is_linked() {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                format!(
                    "{}.{} cannot be set: its rows may be other tenants' as well, and are left as they are",
                    each.table, each.column
                ),
            ));
        }
        if staged.table.tenant_column() == Some(column.name.as_str()) {
            return Err(OperateError::new(
                OperateErrorKind::Request,
                format!("{}.{} holds the tenant, and is set by `--into` alone", each.table, each.column),
            ));
        }
        let update = format!(
            "UPDATE {} SET {} = ({})",
            staged.store(),
            sql::identifier(&column.name),
            each.expression
        );
        session
            .execute(format!("{}.{} cannot be set to {}", each.table, each.column, each.expression), &update)
            .await?;
    }
    Ok(())
}
