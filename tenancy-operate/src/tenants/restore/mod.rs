//! A tenant's rows, brought back from an export, or beside others as another tenant's.

pub(super) mod conflicts;
mod fresh_keys;
mod insert;
mod request;
mod stage;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;

use self::conflicts::no_rows;
pub use self::fresh_keys::FreshKey;
pub use self::insert::RestoredTable;
pub use self::request::{Afterwards, ChangedRows, Restore, Scrub, Triggers};
use self::stage::Staged;
use super::error::{OperateError, OperateErrorKind};
use super::export::Export;
use super::failpoint;
use super::hooks::{self, HookStep, Hooks};
use super::journal::{self, Operation, OperationKind};
use super::layout::{LaidTable, Layout};
use super::lifecycle::status;
use super::progress::Progress;
use super::session::Session;
use super::sql;

/// What a restore did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Restored {
    /// Whose rows they are now.
    pub tenant: TenantKey,
    /// Whose they were.
    pub from: TenantKey,
    /// The SHA-256 of the export's manifest.
    pub export: String,
    /// When the snapshot of the export was taken.
    pub taken_at: String,
    /// The tables.
    pub tables: Vec<RestoredTable>,
    /// The declared tables of tenants, `schema.table`, that the export has nothing of: those that came after it was taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// The columns whose values were given anew.
    #[serde(default)]
    pub fresh_keys: Vec<FreshKey>,
    /// Its status in the catalog; `None` where there is no catalog.
    pub status: Option<TenantStatus>,
    /// It was done before, and the rows are there.
    #[serde(default)]
    pub was_done: bool,
}

/// The step of the journal with what was restored.
const ROWS: &str = "rows restored";

/// Writes the rows of an export, all of them or none: see [Restoring](super#restoring).
///
/// # Errors
///
/// When the tenant is served, or has rows; when a table, a column, a key or a row that is referred to does not fit; when a trigger makes
/// something else of a row; when this role may not; and when the connection is lost.
///
/// # Cancellation
///
/// When the future is dropped, the connection is left in a transaction: drop it too, and run it again.
pub async fn restore(
    session: &Session,
    tables: &Tables,
    export: &Export,
    restore: &Restore,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Restored, OperateError> {
    let tenant = restore.into.as_ref().unwrap_or(&export.manifest().tenant);
    let scrub: Vec<_> =
        restore.scrub.iter().map(|s| format!("{}.{}={}", s.table, s.column, s.expression)).collect();
    let request = json!({ "export": export.sha256(), "set": scrub });
    let mut operation = Operation::begin(session, tenant, OperationKind::Restore, &request).await?;
    let restored = run(session, tables, export, restore, &request, &mut operation, hooks, progress).await;
    if restored.is_err() {
        session.roll_back().await;
        operation.forget(session).await;
    }
    operation.release(session).await;
    restored
}

#[allow(clippy::too_many_arguments, reason = "what `restore` has, and its operation")]
async fn run(
    session: &Session,
    tables: &Tables,
    export: &Export,
    restore: &Restore,
    request: &Value,
    operation: &mut Operation,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Restored, OperateError> {
    if let Some(done) = done_before(session, tables, OperationKind::Restore, request, operation).await? {
        return Ok(done);
    }
    let restored = match rows_done(operation)? {
        Some(restored) => restored,
        None => write_rows(session, tables, export, restore, operation, hooks, progress).await?,
    };
    conclude(session, restored, restore.afterwards, operation, hooks).await
}

/// What the same operation did, where it has ended and the tenant still has rows.
pub(super) async fn done_before(
    session: &Session,
    tables: &Tables,
    kind: OperationKind,
    request: &Value,
    operation: &Operation,
) -> Result<Option<Restored>, OperateError> {
    let earlier = journal::last_result(session, &operation.tenant, kind).await?;
    let Some((_, result)) = earlier.filter(|(asked, _)| !operation.is_resumed && asked == request) else {
        return Ok(None);
    };
    let layout = Layout::read(session, tables, &operation.tenant).await?;
    if conflicts::rows_there(session, &layout).await?.is_empty() {
        return Ok(None);
    }
    let restored: Restored = read(&result)?;
    operation.clear(session).await?;
    Ok(Some(Restored { was_done: true, ..restored }))
}

/// What an operation that was interrupted has written.
pub(super) fn rows_done(operation: &Operation) -> Result<Option<Restored>, OperateError> {
    operation.done(ROWS).flatten().map(read).transpose()
}

fn read(value: &Value) -> Result<Restored, OperateError> {
    serde_json::from_value(value.clone()).map_err(|error| {
        OperateError::new(
            OperateErrorKind::Corrupt,
            "the journal's entry of what was restored cannot be read",
        )
        .because(error)
    })
}

/// Writes the rows, and says so in the journal, in one transaction.
pub(super) async fn write_rows(
    session: &Session,
    tables: &Tables,
    export: &Export,
    restore: &Restore,
    operation: &mut Operation,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Restored, OperateError> {
    let from = &export.manifest().tenant;
    may_get_rows(session, operation).await?;
    hooks::call(session, operation, hooks, HookStep::Created, Some(from)).await?;
    session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let catalog = may_get_rows(session, operation).await?;
    let mut restored =
        in_one_transaction(session, tables, export, restore, &operation.tenant, progress).await?;
    if catalog {
        enter(session, operation).await?;
    }
    restored.status = catalog.then_some(TenantStatus::Suspended);
    operation.step(session, ROWS, Some(json!(restored))).await?;
    failpoint::reached("restore.commit").await;
    session.run("the restore cannot be committed: whether it was, the next run says", "COMMIT").await?;
    failpoint::reached("restore.committed").await;
    Ok(restored)
}

/// Does what follows the rows.
pub(super) async fn conclude(
    session: &Session,
    mut restored: Restored,
    afterwards: Afterwards,
    operation: &mut Operation,
    hooks: &dyn Hooks,
) -> Result<Restored, OperateError> {
    hooks::call(session, operation, hooks, HookStep::Restored, Some(&restored.from)).await?;
    if afterwards == Afterwards::Active && restored.status.is_some() {
        status::set(session, &operation.tenant, TenantStatus::Active).await?;
        restored.status = Some(TenantStatus::Active);
    }
    operation.finish(session, &json!(restored)).await?;
    Ok(restored)
}

/// Whether the tenant may get rows: it is not served. And whether there is a catalog that knows.
async fn may_get_rows(session: &Session, operation: &Operation) -> Result<bool, OperateError> {
    status::no_move(session, &operation.tenant).await?;
    if !status::is_there(session).await? {
        return Ok(false);
    }
    match status::locked(session, &operation.tenant).await? {
        Some(entry) if !entry.is_here() => Err(status::elsewhere(&entry)),
        Some(entry) if !matches!(entry.status, TenantStatus::Suspended | TenantStatus::Deleted) => {
            Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "the tenant {:?} is {}, and rows are not written under one that is served",
                    entry.tenant, entry.status
                ),
            )
            .fix(format!("suspend it first: `tenancy tenants suspend {}`", entry.tenant)))
        }
        _ => Ok(true),
    }
}

/// Says in the catalog that the tenant is there, suspended. Its id is given again to whose it was.
async fn enter(session: &Session, operation: &Operation) -> Result<(), OperateError> {
    match status::locked(session, &operation.tenant).await? {
        None => status::add(session, &operation.tenant, TenantStatus::Suspended).await,
        Some(_) => status::set(session, &operation.tenant, TenantStatus::Suspended).await,
    }
}

async fn in_one_transaction(
    session: &Session,
    tables: &Tables,
    export: &Export,
    restore: &Restore,
    tenant: &TenantKey,
    progress: &dyn Progress,
) -> Result<Restored, OperateError> {
    let manifest = export.manifest();
    let layout = Layout::read(session, tables, tenant).await?;
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
    let written = insert::insert(session, &layout, &staged, restore.triggers, restore.changed_rows).await?;
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
