//! What an application does at a step of a tenant's life: seed data, external accounts.

use std::error::Error;

use futures_util::future::{BoxFuture, FutureExt as _, ready};
use serde::Serialize;
use serde_json::json;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName};
use tenancy_pool::placement::DatabaseName;
use uuid::Uuid;

use super::error::{OperateError, OperateErrorKind};
use super::failpoint;
use super::journal::Operation;
use super::lifecycle::status;
use super::session::Session;

/// The step at which a hook is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum HookStep {
    /// The tenant is in the catalog and not served yet.
    Created,
    /// The tenant is served no more.
    Suspended,
    /// The tenant is about to be served again.
    Resuming,
    /// The tenant's rows are about to be erased. They are still there.
    Erasing,
    /// The tenant's rows are erased.
    Erased,
    /// The tenant's rows have been brought back, or copied from another's.
    Restored,
}

/// What the journal calls the steps of hooks by begins with this.
pub(crate) const STEP: &str = "hook ";

impl HookStep {
    const fn name(self) -> &'static str {
        match self {
            Self::Created => "hook created",
            Self::Suspended => "hook suspended",
            Self::Resuming => "hook resuming",
            Self::Erasing => "hook erasing",
            Self::Erased => "hook erased",
            Self::Restored => "hook restored",
        }
    }
}

/// What a hook is told.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct HookCall {
    /// The step.
    pub step: HookStep,
    /// The tenant.
    pub tenant: TenantKey,
    /// The tenant whose rows these were, where they are another's now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<TenantKey>,
    /// The schema that the tenant lives in, where it has one of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<SchemaName>,
    /// What the catalog calls the database that it lives in, where that is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<DatabaseName>,
    /// The operation, in the journal.
    pub operation: Uuid,
    /// The same for the same step of the same operation, and for no other. Whoever keeps it does nothing twice.
    pub idempotency_key: String,
}

/// What an application does at the steps of a tenant's life.
///
/// A step's hook is called until it has succeeded once. Where the process ends between its success and the journal's entry it is called
/// again, with the same [idempotency key](HookCall::idempotency_key). When it fails the operation stops, and goes on with it when it is run again.
pub trait Hooks: Send + Sync {
    /// Does what belongs to the step.
    ///
    /// # Errors
    ///
    /// When it could not be done.
    fn call<'a>(&'a self, call: &'a HookCall) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>>;

    /// Whether there is anything to do at the step. Otherwise it is neither called nor remembered.
    fn is_called_at(&self, step: HookStep) -> bool {
        let _ = step;
        true
    }
}

/// Does nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHooks;

impl Hooks for NoHooks {
    fn call<'a>(&'a self, _: &'a HookCall) -> BoxFuture<'a, Result<(), Box<dyn Error + Send + Sync>>> {
        ready(Ok(())).boxed()
    }

    fn is_called_at(&self, _: HookStep) -> bool {
        false
    }
}

/// Calls the hook of a step, unless it was. It is told where the tenant lives: at `place`, or where the catalog has it.
pub(crate) async fn call(
    session: &Session,
    operation: &mut Operation,
    hooks: &dyn Hooks,
    step: HookStep,
    from: Option<&TenantKey>,
    place: Option<&Placement<DatabaseName>>,
) -> Result<(), OperateError> {
    if !hooks.is_called_at(step) || operation.done(step.name()).is_some() {
        return Ok(());
    }
    let place = match place {
        Some(place) => Some(place.clone()),
        None => status::place_of(session, &operation.tenant).await?,
    };
    let call = HookCall {
        step,
        tenant: operation.tenant.clone(),
        from: from.cloned(),
        schema: place.as_ref().and_then(Placement::schema).cloned(),
        database: place.as_ref().and_then(Placement::database).cloned(),
        operation: operation.id,
        idempotency_key: format!("{}/{}", operation.id, step.name().replace(' ', "-")),
    };
    hooks.call(&call).await.map_err(|error| {
        OperateError::new(
            OperateErrorKind::Hook,
            format!(
                "the hook of the step {} failed for the tenant {:?}",
                step.name().trim_start_matches(STEP),
                operation.tenant.as_str()
            ),
        )
        .because(error)
        .fix("mend it, and run the same again: it goes on with this step")
    })?;
    failpoint::reached("hook.called").await;
    operation.step(session, step.name(), Some(json!({ "idempotency_key": call.idempotency_key }))).await
}
