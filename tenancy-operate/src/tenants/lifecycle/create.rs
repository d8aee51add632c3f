//! A tenant comes: its place is looked at, the catalog has it, its hook is called, and then it is served.

use serde::Serialize;
use serde_json::{Value, json};
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName, TenantStatus};
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::Tables;

use super::status::{self, TenantEntry};
use super::{end, ready};
use crate::place_in_words::named;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::failpoint;
use crate::tenants::hooks::{self, HookStep, Hooks};
use crate::tenants::journal::{self, Operation, OperationKind};
use crate::tenants::residence::Residence;
use crate::tenants::session::Session;

/// The step after which the catalog has the tenant.
pub(super) const ADDED: &str = "added";

/// A tenant that is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Created {
    /// The tenant.
    pub tenant: TenantKey,
    /// Its status now.
    pub status: TenantStatus,
    /// Its schema, if it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// What the catalog calls its database, if that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// It was created before, and nothing was done.
    pub was_done: bool,
}

/// Adds a tenant, at a place or, without one, in the shared tables. It is served when the hook of [`HookStep::Created`] has succeeded: see
/// [Creating](super::super#creating).
///
/// # Errors
///
/// When the catalog has the id, be it a deleted tenant's, or rows have it; when the place is not ready: its tables, their columns, migrations or
/// wall are not there, it is or was another tenant's, or has rows of others. Nothing is left of it then. When the hook fails: then it is
/// run again, or [taken back](super::undo_create).
///
/// # Cancellation
///
/// When the future is dropped, the connection may be left in a transaction: drop it too, and run it again.
pub async fn create(
    session: &Session,
    tables: &Tables,
    tenant: &TenantKey,
    to: Option<&Placement<DatabaseName>>,
    hooks: &dyn Hooks,
) -> Result<Created, OperateError> {
    status::required(session).await?;
    let place = to.cloned().unwrap_or(Placement::Shared);
    let mut operation = Operation::begin(session, tenant, OperationKind::Create, &request(&place)).await?;
    let created = async {
        if operation.done(ADDED).is_none() {
            session.run("the transaction cannot be begun", "BEGIN").await?;
            if let Some(entry) = status::locked(session, tenant).await? {
                session.roll_back().await;
                return there(session, &operation, to, &entry).await;
            }
            status::is_nobodys(session, tenant, &place).await?;
            let residence = Residence::at(session, tables, place.clone()).await?;
            ready::is_ready(session, tables, &residence).await?;
            ready::is_free(session, tables, &residence, tenant).await?;
            failpoint::reached("create.looked").await;
            status::put(session, tenant, TenantStatus::Suspended, &place).await?;
            operation.step(session, ADDED, None).await?;
            failpoint::reached("create.commit").await;
            session.run("the tenant cannot be added", "COMMIT").await?;
        } else {
            // It may have been a while.
            let residence = Residence::at(session, tables, place.clone()).await?;
            residence.is_still_there(tenant).await?;
            ready::is_ready(session, tables, &residence).await?;
        }
        failpoint::reached("create.added").await;
        hooks::call(session, &mut operation, hooks, HookStep::Created, None, Some(&place)).await?;
        let changed = end(session, &operation, TenantStatus::Active).await?;
        failpoint::reached("create.done").await;
        Ok(created(tenant, changed.status, &place, false))
    }
    .await;
    operation.ended(session, created).await
}

/// What the journal has of it: what makes it another one.
fn request(place: &Placement<DatabaseName>) -> Value {
    if *place == Placement::Shared {
        return json!({});
    }
    let (schema, database) = names(place);
    json!({ "to": { "schema": schema, "database": database } })
}

fn names(place: &Placement<DatabaseName>) -> (Option<&str>, Option<&str>) {
    (place.schema().map(SchemaName::as_str), place.database().map(DatabaseName::as_str))
}

fn created(
    tenant: &TenantKey,
    status: TenantStatus,
    place: &Placement<DatabaseName>,
    was_done: bool,
) -> Created {
    let (schema, database) = names(place);
    Created {
        tenant: tenant.clone(),
        status,
        schema: schema.map(str::to_owned),
        database: database.map(str::to_owned),
        was_done,
    }
}

/// A tenant that is created again is there, if it was created by the same.
async fn there(
    session: &Session,
    operation: &Operation,
    asked: Option<&Placement<DatabaseName>>,
    entry: &TenantEntry,
) -> Result<Created, OperateError> {
    let (tenant, lives) = (&operation.tenant, entry.placement()?);
    let earlier = journal::last_result(session, tenant, OperationKind::Create).await?;
    let was_created = earlier.is_some() && entry.status == TenantStatus::Active;
    if let Some(asked) = asked.filter(|asked| was_created && **asked != lives) {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!(
                "the tenant {:?} lives in {}, and not in {}",
                tenant.as_str(),
                named(&lives),
                named(asked)
            ),
        )
        .fix(format!(
            "leave out `--to`, where it is to stay; or move it, with its rows: `tenancy move {} --to …`",
            tenant.as_str()
        )));
    }
    if was_created {
        operation.clear(session).await?;
        return Ok(created(tenant, entry.status, &lives, true));
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "the tenant {:?} is in the catalog already, as {} in {}, and an id is never given twice",
            tenant.as_str(),
            entry.status,
            named(&lives)
        ),
    )
    .fix("take another id; one that was suspended is resumed, and one that was erased is restored from an export"))
}
