//! Tenants of the catalog: those that there are, and how they come, rest and return.

pub(crate) mod status;

use serde::Serialize;
use serde_json::json;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, TenantStatus};
use tenancy_pool::placement::CatalogMigration;
use tenancy_rls::Tables;

pub use self::status::TenantEntry;
use super::error::{OperateError, OperateErrorKind};
use super::hooks::{self, HookStep, Hooks};
use super::journal::{JOURNAL_MIGRATION, Operation, OperationKind};
use super::layout::Layout;
use super::restore::conflicts::no_rows;
use super::session::Session;

/// What became of a tenant's entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Changed {
    /// The tenant.
    pub tenant: TenantKey,
    /// Its status now.
    pub status: TenantStatus,
    /// It had it before, and nothing was done.
    pub was_done: bool,
}

/// Makes what the operations need, where it is not there: the catalog of tenants, and the journal of operations.
///
/// `roles` names who may read the catalog and who may change it; it counts only where the catalog is made.
///
/// # Errors
///
/// When this role may not make tables in the schema `tenancy`.
pub async fn prepare(session: &Session, roles: &CatalogMigration) -> Result<(), OperateError> {
    session.run("the transaction cannot be begun", "BEGIN").await?;
    let made = async {
        if !status::is_there(session).await? {
            session.run("the catalog of tenants cannot be made", &roles.up()).await?;
        }
        session.run("the journal of operations cannot be made", JOURNAL_MIGRATION).await?;
        session.run("the catalog of tenants cannot be made", "COMMIT").await
    }
    .await;
    if made.is_err() {
        session.roll_back().await;
    }
    made
}

/// All tenants of the catalog, by id.
///
/// # Errors
///
/// When there is no catalog, and when this role may not read it.
pub async fn list(session: &Session) -> Result<Vec<TenantEntry>, OperateError> {
    status::all(session).await
}

/// Adds a tenant of the shared tables. It is served when the hook of [`HookStep::Created`] has succeeded.
///
/// # Errors
///
/// When the catalog has the id, be it a deleted tenant's, or rows have it; and when the hook fails: then it is run again.
pub async fn create(
    session: &Session,
    tables: &Tables,
    tenant: &TenantKey,
    hooks: &dyn Hooks,
) -> Result<Changed, OperateError> {
    const ADDED: &str = "added";
    status::required(session).await?;
    let mut operation = Operation::begin(session, tenant, OperationKind::Create, &json!({})).await?;
    let created = async {
        if operation.done(ADDED).is_none() {
            session.run("the transaction cannot be begun", "BEGIN").await?;
            let entry = status::locked(session, tenant).await?;
            if let Some(entry) = entry {
                session.roll_back().await;
                return there(session, &operation, &entry).await;
            }
            let layout = Layout::read(session, tables, tenant).await?;
            no_rows(session, &layout).await?;
            status::put(session, tenant, TenantStatus::Suspended, &Placement::Shared).await?;
            operation.step(session, ADDED, None).await?;
            session.run("the tenant cannot be added", "COMMIT").await?;
        }
        super::failpoint::reached("create.added").await;
        hooks::call(session, &mut operation, hooks, HookStep::Created, None).await?;
        end(session, &operation, TenantStatus::Active).await
    }
    .await;
    ended(session, &operation, created).await
}

/// A tenant that is created again is there, if it was created by the same.
async fn there(
    session: &Session,
    operation: &Operation,
    entry: &TenantEntry,
) -> Result<Changed, OperateError> {
    let tenant = &operation.tenant;
    let earlier = super::journal::last_result(session, tenant, OperationKind::Create).await?;
    if earlier.is_some() && entry.status == TenantStatus::Active {
        operation.clear(session).await?;
        return Ok(Changed { tenant: tenant.clone(), status: entry.status, was_done: true });
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!("the tenant {:?} is in the catalog already, as {}, and an id is never given twice", tenant.as_str(), entry.status),
    )
    .fix("take another id; one that was suspended is resumed, and one that was erased is restored from an export"))
}

/// Stops serving a tenant. Its rows stay.
///
/// Servers hear of it a little later, and transactions that have begun go on.
///
/// # Errors
///
/// When the catalog does not have it as active or suspended; when the hook of [`HookStep::Suspended`] fails: it is suspended then, and
/// running this again calls the hook.
pub async fn suspend(
    session: &Session,
    tenant: &TenantKey,
    hooks: &dyn Hooks,
) -> Result<Changed, OperateError> {
    const SUSPENDED: &str = "suspended";
    status::required(session).await?;
    let mut operation = Operation::begin(session, tenant, OperationKind::Suspend, &json!({})).await?;
    let suspended = async {
        if operation.done(SUSPENDED).is_none() {
            session.run("the transaction cannot be begun", "BEGIN").await?;
            if from(session, &operation, TenantStatus::Active, TenantStatus::Suspended).await? {
                session.roll_back().await;
                operation.clear(session).await?;
                return Ok(Changed {
                    tenant: tenant.clone(),
                    status: TenantStatus::Suspended,
                    was_done: true,
                });
            }
            status::set(session, tenant, TenantStatus::Suspended).await?;
            operation.step(session, SUSPENDED, None).await?;
            session.run("the tenant cannot be suspended", "COMMIT").await?;
        }
        super::failpoint::reached("suspend.committed").await;
        hooks::call(session, &mut operation, hooks, HookStep::Suspended, None).await?;
        end(session, &operation, TenantStatus::Suspended).await
    }
    .await;
    ended(session, &operation, suspended).await
}

/// Serves a suspended tenant again, when the hook of [`HookStep::Resuming`] has succeeded.
///
/// # Errors
///
/// When the catalog does not have it as suspended or active; and when the hook fails: it stays suspended then.
pub async fn resume(
    session: &Session,
    tenant: &TenantKey,
    hooks: &dyn Hooks,
) -> Result<Changed, OperateError> {
    status::required(session).await?;
    let mut operation = Operation::begin(session, tenant, OperationKind::Resume, &json!({})).await?;
    let resumed = async {
        if from(session, &operation, TenantStatus::Suspended, TenantStatus::Active).await? {
            operation.clear(session).await?;
            return Ok(Changed { tenant: tenant.clone(), status: TenantStatus::Active, was_done: true });
        }
        hooks::call(session, &mut operation, hooks, HookStep::Resuming, None).await?;
        end(session, &operation, TenantStatus::Active).await
    }
    .await;
    ended(session, &operation, resumed).await
}

/// Whether the tenant has the status `to` already; an error where it does not have `from` either.
async fn from(
    session: &Session,
    operation: &Operation,
    from: TenantStatus,
    to: TenantStatus,
) -> Result<bool, OperateError> {
    let tenant = &operation.tenant;
    let entry = status::locked(session, tenant).await?.ok_or_else(|| status::unknown(tenant))?;
    if entry.status == to || entry.status == from {
        return Ok(entry.status == to);
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!("the tenant {:?} is {}, and has to be {from} to become {to}", tenant.as_str(), entry.status),
    ))
}

/// The last step: the status, and the operation's end, together.
async fn end(
    session: &Session,
    operation: &Operation,
    status: TenantStatus,
) -> Result<Changed, OperateError> {
    let changed = Changed { tenant: operation.tenant.clone(), status, was_done: false };
    session.run("the transaction cannot be begun", "BEGIN").await?;
    status::set(session, &operation.tenant, status).await?;
    operation.finish(session, &json!(changed)).await?;
    session.run("the tenant's status cannot be changed", "COMMIT").await?;
    Ok(changed)
}

async fn ended(
    session: &Session,
    operation: &Operation,
    result: Result<Changed, OperateError>,
) -> Result<Changed, OperateError> {
    if result.is_err() {
        session.roll_back().await;
        operation.forget(session).await;
    }
    operation.release(session).await;
    result
}
