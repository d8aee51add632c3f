//! A creation that has not ended is taken back.

use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;

use super::create::ADDED;
use super::status;
use crate::place_in_words::named;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::failpoint;
use crate::tenants::journal::{Operation, OperationKind};
use crate::tenants::residence::Residence;
use crate::tenants::restore::conflicts::no_rows;
use crate::tenants::session::Session;

/// Takes back a creation that was interrupted, or whose hook failed: the id and the place are anybody's again. Whether there was one.
///
/// What a hook has made elsewhere it does not know of; the journal has who began the creation, and when.
///
/// # Errors
///
/// When the tenant was created to the end; when rows of the tenant are there: its hook's, which are not deleted without a certificate; and
/// when this role may not delete from the catalog, whose owner may.
pub async fn undo_create(
    session: &Session,
    tables: &Tables,
    tenant: &TenantKey,
) -> Result<bool, OperateError> {
    status::required(session).await?;
    let Some(operation) = Operation::open(session, tenant, OperationKind::Create).await? else {
        return nothing_begun(session, tenant).await;
    };
    let undone = async {
        session.run("the transaction cannot be begun", "BEGIN").await?;
        let entry = status::locked(session, tenant).await?;
        if let (Some(entry), true) = (entry, operation.done(ADDED).is_some()) {
            if entry.status != TenantStatus::Suspended {
                return Err(was_created(&entry.tenant, entry.status));
            }
            let residence = Residence::at(session, tables, entry.placement()?).await?;
            let layout = residence.layout_present(tenant).await?;
            no_rows(residence.session(), &layout).await.map_err(|error| match error.kind() {
                OperateErrorKind::Conflict => error.fix(format!(
                    "delete what the hook has made in {}; or run the creation to its end, and erase the tenant",
                    named(residence.placement())
                )),
                _ => error,
            })?;
            status::take_out(session, tenant).await?;
        }
        operation.give_up(session).await?;
        failpoint::reached("create.undo").await;
        session.run("the creation cannot be taken back", "COMMIT").await
    }
    .await;
    if undone.is_err() {
        session.roll_back().await;
    }
    operation.release(session).await;
    undone.map(|()| true)
}

async fn nothing_begun(session: &Session, tenant: &TenantKey) -> Result<bool, OperateError> {
    match status::status_of(session, tenant).await? {
        None => Ok(false),
        Some(status) => Err(was_created(tenant.as_str(), status)),
    }
}

fn was_created(tenant: &str, status: TenantStatus) -> OperateError {
    OperateError::new(
        OperateErrorKind::Conflict,
        format!("the tenant {tenant:?} is {status}, and no creation of it is left to take back"),
    )
    .fix(format!("a tenant that was created is erased: `tenancy tenants suspend {tenant}`, and then `tenancy tenants erase {tenant}`"))
}
