//! A tenant's rows, brought back from an export, or beside others as another tenant's.

pub(super) mod conflicts;
mod fresh_keys;
mod insert;
mod request;
mod stage;
mod write;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;

pub use self::fresh_keys::FreshKey;
pub use self::insert::RestoredTable;
pub use self::request::{Afterwards, ChangedRows, Restore, Scrub, Triggers};
pub(super) use self::write::Work;
use super::error::{OperateError, OperateErrorKind};
use super::export::Export;
use super::hooks::{self, HookStep, Hooks};
use super::journal::{self, Operation, OperationKind};
use super::lifecycle::status;
use super::progress::Progress;
use super::residence::Residence;
use super::session::Session;

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
pub(super) const ROWS: &str = "rows restored";

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
    let request = restore.request("export", export.sha256());
    let mut operation = Operation::begin(session, tenant, OperationKind::Restore, &request).await?;
    let work =
        Work { tables, export, restore, kind: OperationKind::Restore, request: &request, hooks, progress };
    let restored = run(session, &work, &mut operation).await;
    operation.ended(session, restored).await
}

async fn run(
    session: &Session,
    work: &Work<'_>,
    operation: &mut Operation,
) -> Result<Restored, OperateError> {
    if let Some(done) = done_before(session, work.tables, work.kind, work.request, operation).await? {
        return Ok(done);
    }
    let restored = match rows_done(operation)? {
        Some(restored) => restored,
        None => work.write_rows(session, operation).await?,
    };
    conclude(session, restored, work.restore.afterwards, operation, work.hooks).await
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
    let residence = Residence::of(session, tables, &operation.tenant).await?;
    let layout = residence.layout(&operation.tenant).await?;
    if conflicts::rows_there(residence.session(), &layout).await?.is_empty() {
        return Ok(None);
    }
    let restored: Restored = read(result)?;
    operation.clear(session).await?;
    // It may have been served since, or suspended.
    let status = status::status_of(session, &operation.tenant).await?;
    Ok(Some(Restored { was_done: true, status, ..restored }))
}

/// What an operation that was interrupted has written.
pub(super) fn rows_done(operation: &Operation) -> Result<Option<Restored>, OperateError> {
    operation.done(ROWS).flatten().cloned().map(read).transpose()
}

fn read(value: Value) -> Result<Restored, OperateError> {
    serde_json::from_value(value).map_err(|error| {
        OperateError::new(
            OperateErrorKind::Corrupt,
            "the journal's entry of what was restored cannot be read",
        )
        .because(error)
    })
}

/// Does what follows the rows.
pub(super) async fn conclude(
    session: &Session,
    mut restored: Restored,
    afterwards: Afterwards,
    operation: &mut Operation,
    hooks: &dyn Hooks,
) -> Result<Restored, OperateError> {
    hooks::call(session, operation, hooks, HookStep::Restored, Some(&restored.from), None).await?;
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
