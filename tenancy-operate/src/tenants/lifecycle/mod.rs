//! Tenants of the catalog: those that there are, and how they come, rest and return.

mod create;
mod migrated;
pub(super) mod ready;
pub(crate) mod status;
mod undo;

use serde::Serialize;
use serde_json::json;
use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;
use tenancy_pool::placement::CatalogMigration;

pub use self::create::{Created, create};
pub use self::status::TenantEntry;
pub use self::undo::undo_create;
use super::error::{OperateError, OperateErrorKind};
use super::hooks::{self, HookStep, Hooks};
use super::journal::{JOURNAL_MIGRATION, Operation, OperationKind};
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
        hooks::call(session, &mut operation, hooks, HookStep::Suspended, None, None).await?;
        end(session, &operation, TenantStatus::Suspended).await
    }
    .await;
    operation.ended(session, suspended).await
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
        hooks::call(session, &mut operation, hooks, HookStep::Resuming, None, None).await?;
        end(session, &operation, TenantStatus::Active).await
    }
    .await;
    operation.ended(session, resumed).await
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
