//! What is done with tenants, in a table of the database: one operation at a time for a tenant, and its steps.

mod elsewhere;

use std::collections::HashMap;

use serde_json::Value;
use tenancy_core::TenantKey;
use uuid::Uuid;

pub(crate) use self::elsewhere::{Elsewhere, nothing_half_done};
use super::error::{OperateError, OperateErrorKind, database};
use super::hooks;
use super::session::Session;

/// The statements that make the journal's tables. They may be run again, and change nothing then.
pub const JOURNAL_MIGRATION: &str = include_str!("up.sql");

/// What an operation is, in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperationKind {
    Create,
    Suspend,
    Resume,
    Erase,
    Restore,
    Clone,
}

impl OperationKind {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Erase => "erase",
            Self::Restore => "restore",
            Self::Clone => "clone",
        }
    }
}

/// An operation that is at work: no other of its tenant is, on any machine.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: Uuid,
    pub(crate) tenant: TenantKey,
    /// It was begun before, and interrupted.
    pub(crate) is_resumed: bool,
    done: HashMap<String, Option<Value>>,
}

impl Operation {
    /// Begins an operation, or goes on with one that was interrupted.
    ///
    /// One that had called hooks and done nothing else is given up where something else is asked for.
    pub(crate) async fn begin(
        session: &Session,
        tenant: &TenantKey,
        kind: OperationKind,
        request: &Value,
    ) -> Result<Self, OperateError> {
        prepared(session).await?;
        lock(session, tenant).await?;
        let begun = Self::begin_locked(session, tenant, kind, request).await;
        if begun.is_err() {
            unlock(session, tenant).await;
        }
        begun
    }

    async fn begin_locked(
        session: &Session,
        tenant: &TenantKey,
        kind: OperationKind,
        request: &Value,
    ) -> Result<Self, OperateError> {
        let open = session
            .client()
            .query_opt(
                "SELECT o.id, o.kind, o.request, o.started_at::text AS since,
                        EXISTS (SELECT FROM tenancy.tenant_operation_steps AS s
                                 WHERE s.operation = o.id AND NOT starts_with(s.step, $2)) AS has_steps
                   FROM tenancy.tenant_operations AS o WHERE o.tenant = $1 AND o.finished_at IS NULL",
                &[&tenant.as_str(), &hooks::STEP],
            )
            .await
            .map_err(database("the journal of operations cannot be read"))?;
        if let Some(row) = open {
            let (id, other, since): (Uuid, String, String) =
                (row.get("id"), row.get("kind"), row.get("since"));
            if other == kind.as_str() && row.get::<_, Value>("request") == *request {
                let done = steps(session, id).await?;
                return Ok(Self { id, tenant: tenant.clone(), is_resumed: true, done });
            }
            if row.get("has_steps") {
                return Err(OperateError::new(
                    OperateErrorKind::Conflict,
                    format!(
                        "an operation on the tenant {:?} was interrupted half way: {other}, begun {since}",
                        tenant.as_str()
                    ),
                )
                .fix(format!(
                    "run it again with the arguments that it had ({}){}",
                    row.get::<_, Value>("request"),
                    if other == OperationKind::Create.as_str() {
                        ", or take it back: `tenancy tenants create ID --undo`"
                    } else {
                        ""
                    }
                )));
            }
            give_up(session, id).await?;
        }
        let id = Uuid::now_v7();
        session
            .client()
            .execute(
                "INSERT INTO tenancy.tenant_operations (id, tenant, kind, request) VALUES ($1, $2, $3, $4)",
                &[&id, &tenant.as_str(), &kind.as_str(), request],
            )
            .await
            .map_err(database("the journal of operations cannot be written"))?;
        Ok(Self { id, tenant: tenant.clone(), is_resumed: false, done: HashMap::new() })
    }

    /// The operation of this kind that was begun and has not ended, whatever was asked for.
    pub(crate) async fn open(
        session: &Session,
        tenant: &TenantKey,
        kind: OperationKind,
    ) -> Result<Option<Self>, OperateError> {
        prepared(session).await?;
        lock(session, tenant).await?;
        let found = async {
            let query =
                "SELECT id FROM tenancy.tenant_operations WHERE tenant = $1 AND kind = $2 AND finished_at IS NULL";
            let row = session.client().query_opt(query, &[&tenant.as_str(), &kind.as_str()]).await;
            let Some(row) = row.map_err(database("the journal of operations cannot be read"))? else {
                return Ok(None);
            };
            let id = row.get("id");
            let done = steps(session, id).await?;
            Ok(Some(Self { id, tenant: tenant.clone(), is_resumed: true, done }))
        }
        .await;
        if !matches!(found, Ok(Some(_))) {
            unlock(session, tenant).await;
        }
        found
    }

    /// What a step left when it was done; `None` when it was not.
    pub(crate) fn done(&self, step: &str) -> Option<Option<&Value>> {
        self.done.get(step).map(Option::as_ref)
    }

    /// Says that a step is done, in the transaction that there is.
    pub(crate) async fn step(
        &mut self,
        session: &Session,
        step: &str,
        result: Option<Value>,
    ) -> Result<(), OperateError> {
        session
            .client()
            .execute(
                "INSERT INTO tenancy.tenant_operation_steps (operation, step, result) VALUES ($1, $2, $3)
                 ON CONFLICT (operation, step) DO NOTHING",
                &[&self.id, &step, &result],
            )
            .await
            .map_err(database("the journal of operations cannot be written"))?;
        self.done.insert(step.to_owned(), result);
        Ok(())
    }

    /// Takes a step back that turned out not to be done.
    pub(crate) async fn take_back(&mut self, session: &Session, step: &str) -> Result<(), OperateError> {
        session
            .client()
            .execute(
                "DELETE FROM tenancy.tenant_operation_steps WHERE operation = $1 AND step = $2",
                &[&self.id, &step],
            )
            .await
            .map_err(database("the journal of operations cannot be written"))?;
        self.done.remove(step);
        Ok(())
    }

    /// Ends it, in the transaction that there is.
    pub(crate) async fn finish(&self, session: &Session, result: &Value) -> Result<(), OperateError> {
        session
            .client()
            .execute(
                "UPDATE tenancy.tenant_operations SET finished_at = now(), result = $2 WHERE id = $1 AND finished_at IS NULL",
                &[&self.id, result],
            )
            .await
            .map_err(database("the journal of operations cannot be written"))?;
        Ok(())
    }

    /// Ends the call, with its result: what failed is rolled back, and forgotten where nothing of it was done. Others of the tenant may begin.
    pub(crate) async fn ended<T>(
        &self,
        session: &Session,
        result: Result<T, OperateError>,
    ) -> Result<T, OperateError> {
        if result.is_err() {
            session.roll_back().await;
            self.forget(session).await;
        }
        self.release(session).await;
        result
    }

    /// Forgets it: nothing was done, and the next one may be another.
    async fn forget(&self, session: &Session) {
        if self.done.is_empty() {
            // Where that fails it is gone on with, or forgotten by the next.
            let _left = session
                .client()
                .execute(
                    "DELETE FROM tenancy.tenant_operations WHERE id = $1 AND finished_at IS NULL",
                    &[&self.id],
                )
                .await;
        }
    }

    /// Ends it without a result, in the transaction that there is: what was done of it was taken back.
    pub(crate) async fn give_up(&self, session: &Session) -> Result<(), OperateError> {
        give_up(session, self.id).await
    }

    /// Takes it out of the journal: what it was to do was done before.
    pub(crate) async fn clear(&self, session: &Session) -> Result<(), OperateError> {
        const CLEAR: &str = "WITH steps AS (DELETE FROM tenancy.tenant_operation_steps WHERE operation = $1)
                             DELETE FROM tenancy.tenant_operations WHERE id = $1 AND finished_at IS NULL";
        let cleared = session.client().execute(CLEAR, &[&self.id]).await;
        cleared.map(drop).map_err(database("the journal of operations cannot be written"))
    }

    /// Lets others of the tenant begin.
    pub(crate) async fn release(&self, session: &Session) {
        unlock(session, &self.tenant).await;
    }
}

async fn give_up(session: &Session, id: Uuid) -> Result<(), OperateError> {
    session
        .client()
        .execute("UPDATE tenancy.tenant_operations SET finished_at = now() WHERE id = $1", &[&id])
        .await
        .map(drop)
        .map_err(database("the journal of operations cannot be written"))
}

async fn unlock(session: &Session, tenant: &TenantKey) {
    let unlock = "SELECT pg_advisory_unlock(hashtextextended('tenancy.tenant ' || $1, 0))";
    // A connection that is lost has released it.
    let _lost = session.client().execute(unlock, &[&tenant.as_str()]).await;
}

/// The result of the last operation that brought or took the tenant's rows, where it was of this kind.
pub(crate) async fn last_result(
    session: &Session,
    tenant: &TenantKey,
    kind: OperationKind,
) -> Result<Option<(Value, Value)>, OperateError> {
    let row = session
        .client()
        .query_opt(
            "SELECT kind, request, result FROM tenancy.tenant_operations
              WHERE tenant = $1 AND kind IN ('erase', 'restore', 'clone', $2) AND finished_at IS NOT NULL AND result IS NOT NULL
              ORDER BY finished_at DESC LIMIT 1",
            &[&tenant.as_str(), &kind.as_str()],
        )
        .await
        .map_err(database("the journal of operations cannot be read"))?;
    let row = row.filter(|row| row.get::<_, &str>("kind") == kind.as_str());
    Ok(row.map(|row| (row.get("request"), row.get("result"))))
}

async fn steps(session: &Session, id: Uuid) -> Result<HashMap<String, Option<Value>>, OperateError> {
    let rows = session
        .client()
        .query("SELECT step, result FROM tenancy.tenant_operation_steps WHERE operation = $1", &[&id])
        .await
        .map_err(database("the journal of operations cannot be read"))?;
    Ok(rows.iter().map(|row| (row.get("step"), row.get("result"))).collect())
}

/// Whether the journal is there.
async fn is_there(session: &Session) -> Result<bool, OperateError> {
    let there = session
        .rows(
            "the journal of operations cannot be looked for",
            "SELECT to_regclass('tenancy.tenant_operation_steps') IS NOT NULL",
        )
        .await?;
    Ok(there.first().is_some_and(|row| row.get(0)))
}

/// Sees to it that the journal is there.
async fn prepared(session: &Session) -> Result<(), OperateError> {
    if is_there(session).await? {
        return Ok(());
    }
    // In one transaction, as every message of several statements is.
    session.client().batch_execute(JOURNAL_MIGRATION).await.map_err(|error| {
        database("the journal of operations is not in this database, and this role may not make it")(error)
            .fix("run `tenancy tenants prepare` once, as the owner of the schema tenancy")
    })
}

/// Waits for the tenant's other operation for a little: a process that was killed may be served a moment longer.
async fn lock(session: &Session, tenant: &TenantKey) -> Result<(), OperateError> {
    session.run("the limit for locks cannot be set", "SET lock_timeout = '10s'").await?;
    let locked = session
        .client()
        .execute("SELECT pg_advisory_lock(hashtextextended('tenancy.tenant ' || $1, 0))", &[&tenant.as_str()])
        .await
        .map_err(database(format!("another operation on the tenant {:?} is at work", tenant.as_str())));
    session.run("the limit for locks cannot be set", "SET lock_timeout = '60s'").await?;
    locked.map(drop)
}
