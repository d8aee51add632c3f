//! An operation on rows in another database than the journal's.
//!
//! Two databases commit one after the other. The other one commits first, with an entry of the same operation in a journal of its own:
//! that says of a run that was interrupted in between whether the rows are done. Before that the catalog's journal has the step
//! [`STEP`], so that nothing else begins on the tenant meanwhile.

use serde_json::Value;
use tenancy_core::TenantKey;

use super::{Operation, OperationKind, database, is_there, lock, prepared};
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::session::Session;

/// The step that says that rows of another database are at work, or may be done.
const STEP: &str = "rows in another database";

/// The journal of the other database, for one operation.
pub(crate) struct Elsewhere<'s> {
    home: &'s Session,
    session: &'s Session,
}

impl<'s> Elsewhere<'s> {
    /// Makes the journal there, and has nobody else work on the tenant there.
    pub(crate) async fn begin(
        home: &'s Session,
        session: &'s Session,
        operation: &Operation,
    ) -> Result<Self, OperateError> {
        prepared(session).await.map_err(|error| {
            error.fix("let this role make tables in the schema tenancy of that database, or run `JOURNAL_MIGRATION` there as the owner of that schema")
        })?;
        lock(session, &operation.tenant).await?;
        Ok(Self { home, session })
    }

    /// What the operation did there, where it did.
    pub(crate) async fn done(&self, operation: &Operation) -> Result<Option<Value>, OperateError> {
        let query = "SELECT result FROM tenancy.tenant_operations WHERE id = $1";
        let row = self.session.client().query_opt(query, &[&operation.id]).await;
        let row = row.map_err(database("the journal of the other database cannot be read"))?;
        Ok(row.and_then(|row| row.get(0)))
    }

    /// Says here that rows are at work there.
    pub(crate) async fn intend(&self, operation: &mut Operation) -> Result<(), OperateError> {
        operation.step(self.home, STEP, None).await
    }

    /// Writes there what was done, in the transaction that there is, and ends that one.
    pub(crate) async fn commit(
        &self,
        operation: &Operation,
        kind: OperationKind,
        request: &Value,
        result: &Value,
    ) -> Result<(), OperateError> {
        self.session
            .client()
            .execute(
                "INSERT INTO tenancy.tenant_operations (id, tenant, kind, request, finished_at, result) VALUES ($1, $2, $3, $4, now(), $5)",
                &[&operation.id, &operation.tenant.as_str(), &kind.as_str(), request, result],
            )
            .await
            .map_err(database("the journal of the other database cannot be written"))?;
        self.session
            .run(
                "the rows of the other database cannot be committed: whether they were, the next run says",
                "COMMIT",
            )
            .await
    }

    /// After an error: where nothing was done there, nothing was begun.
    pub(crate) async fn give_up(&self, operation: &mut Operation) {
        self.home.roll_back().await;
        self.session.roll_back().await;
        if let Ok(None) = self.done(operation).await {
            // Where that fails, the next run takes it for what it may be: rows at work.
            let _left = operation.take_back(self.home, STEP).await;
        }
    }
}

/// Refuses while rows of the tenant's in another database are at work, or may be done: they are all there, or none is.
pub(crate) async fn nothing_half_done(session: &Session, tenant: &TenantKey) -> Result<(), OperateError> {
    if !is_there(session).await? {
        return Ok(());
    }
    let query = "SELECT o.kind FROM tenancy.tenant_operations AS o JOIN tenancy.tenant_operation_steps AS s ON s.operation = o.id
                  WHERE o.tenant = $1 AND o.finished_at IS NULL AND s.step = $2";
    let row = session.client().query_opt(query, &[&tenant.as_str(), &STEP]).await;
    let Some(row) = row.map_err(database("the journal of operations cannot be read"))? else { return Ok(()) };
    let message = format!(
        "an operation on the tenant {:?} was interrupted half way: {}",
        tenant.as_str(),
        row.get::<_, &str>(0)
    );
    Err(OperateError::new(OperateErrorKind::Conflict, message).fix("run that one again first, to its end"))
}
