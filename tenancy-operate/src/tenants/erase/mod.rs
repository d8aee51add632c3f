//! A tenant's rows, erased.

mod certificate;
mod effects;
mod kept;
mod nodes;
mod request;
mod traces;

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;

pub use self::certificate::{
    Effect, ErasedTable, ErasureCertificate, Kept, KeptBy, Left, LeftWhat, SealedCertificate, SigningKey,
};
use self::effects::{Counted, beside};
use self::kept::KeptRows;
pub use self::request::{Erasure, Keep};
use super::error::{OperateError, OperateErrorKind};
use super::failpoint;
use super::hooks::{self, HookStep, Hooks};
use super::journal::{self, Operation, OperationKind};
use super::layout::{LaidTable, Layout};
use super::lifecycle::status;
use super::progress::Progress;
use super::session::Session;

/// What an erasure did.
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Erased {
    /// The certificate.
    #[serde(flatten)]
    pub sealed: SealedCertificate,
    /// It was done before, and this is the certificate of then.
    pub was_done: bool,
}

impl Erased {
    /// Whether nothing of the tenant is known to be left in this database, and no trigger wrote anything while it was erased.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        let certificate = &self.sealed.certificate;
        let wrote = |effect: &Effect| effect.inserted + effect.updated > 0;
        certificate.left.is_empty()
            && certificate.tables.iter().all(|table| table.kept.is_empty())
            && !certificate.effects.iter().any(wrote)
    }
}

/// The step of the journal with the certificate.
const ROWS: &str = "rows erased";

/// Erases every row of a tenant, whose status has to be suspended: see [Erasing](super#erasing).
///
/// # Errors
///
/// When the tenant is not suspended, or not for long enough; when transactions from before that are still open; when a table that is to be
/// kept is not declared; when this role does not see or may not delete all rows; when a hook fails; and when the connection is lost. What
/// was begun is rolled back, and it is run again.
///
/// # Cancellation
///
/// When the future is dropped, the connection is left in a transaction: drop it too, and run it again.
pub async fn erase(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Erased, OperateError> {
    let request = erasure.request();
    let mut operation = Operation::begin(session, &erasure.tenant, OperationKind::Erase, &request).await?;
    let erased = run(session, tables, erasure, &mut operation, hooks, progress).await;
    if erased.is_err() {
        session.roll_back().await;
        operation.forget(session).await;
    }
    operation.release(session).await;
    erased
}

async fn run(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &mut Operation,
    hooks: &dyn Hooks,
    progress: &dyn Progress,
) -> Result<Erased, OperateError> {
    if let Some(sealed) = done_before(session, tables, erasure, operation).await? {
        operation.clear(session).await?;
        return Ok(Erased { sealed, was_done: true });
    }
    let certificate = match operation.done(ROWS) {
        Some(Some(certificate)) => certificate.clone(),
        _ => {
            may_be_erased(session, erasure).await?;
            hooks::call(session, operation, hooks, HookStep::Erasing, None).await?;
            failpoint::reached("erase.begin").await;
            let certificate = in_one_transaction(session, tables, erasure, operation, progress).await?;
            let certificate = json!(certificate);
            operation.step(session, ROWS, Some(certificate.clone())).await?;
            failpoint::reached("erase.commit").await;
            session
                .run("the erasure cannot be committed: whether it was, the next run says", "COMMIT")
                .await?;
            failpoint::reached("erase.committed").await;
            certificate
        }
    };
    hooks::call(session, operation, hooks, HookStep::Erased, None).await?;
    operation.finish(session, &certificate).await?;
    let sealed = SealedCertificate::new(read(certificate)?, erasure.key.as_ref())?;
    Ok(Erased { sealed, was_done: false })
}

fn read(certificate: Value) -> Result<ErasureCertificate, OperateError> {
    serde_json::from_value(certificate).map_err(|error| {
        OperateError::new(OperateErrorKind::Corrupt, "the certificate in the journal cannot be read")
            .because(error)
    })
}

/// The certificate of an erasure that kept for the same reasons, since when no row has come.
async fn done_before(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &Operation,
) -> Result<Option<SealedCertificate>, OperateError> {
    let earlier = journal::last_result(session, &erasure.tenant, OperationKind::Erase).await?;
    let Some((asked, earlier)) = earlier.filter(|_| !operation.is_resumed) else { return Ok(None) };
    if asked != erasure.request() || !is_still_deleted(session, erasure).await? {
        return Ok(None);
    }
    let certificate = read(earlier)?;
    let layout = Layout::read(session, tables, &erasure.tenant).await?;
    for table in layout.owned() {
        let of = |erased: &&ErasedTable| erased.schema == table.schema && erased.table == table.name;
        let kept = certificate.tables.iter().find(of).map_or(0, kept_rows);
        if count(session, table).await? != kept {
            return Ok(None);
        }
    }
    SealedCertificate::new(certificate, erasure.key.as_ref()).map(Some)
}

/// Whether nobody has brought it back since.
async fn is_still_deleted(session: &Session, erasure: &Erasure) -> Result<bool, OperateError> {
    if !status::is_there(session).await? {
        return Ok(true);
    }
    let entry = status::locked(session, &erasure.tenant).await?;
    Ok(entry.is_some_and(|entry| entry.status == TenantStatus::Deleted))
}

fn kept_rows(erased: &ErasedTable) -> u64 {
    erased.kept.iter().map(|kept| kept.rows).sum()
}

/// How many rows of the tenant a table has.
async fn count(session: &Session, table: &LaidTable) -> Result<u64, OperateError> {
    let query = format!("SELECT count(*) {}", table.own_rows());
    let rows = session.rows(format!("the rows of {} cannot be counted", table.label()), &query).await?;
    Ok(rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or_default()))
}

/// Whether the tenant is served no more, and has not been for long enough.
async fn may_be_erased(session: &Session, erasure: &Erasure) -> Result<(), OperateError> {
    let tenant = &erasure.tenant;
    status::no_move(session, tenant).await?;
    if erasure.without_catalog.is_some() && !status::is_there(session).await? {
        return Ok(());
    }
    status::required(session).await?;
    let entry = status::locked(session, tenant).await?.ok_or_else(|| status::unknown(tenant))?;
    if !entry.is_here() {
        return Err(status::elsewhere(&entry));
    }
    if !matches!(entry.status, TenantStatus::Suspended | TenantStatus::Deleted) {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!(
                "the tenant {:?} is {}, and one that is served is not erased",
                tenant.as_str(),
                entry.status
            ),
        )
        .fix(format!("suspend it first: `tenancy tenants suspend {}`", tenant.as_str())));
    }
    let query = format!(
        "SELECT ceil(extract(epoch FROM p.changed_at + interval '{0} milliseconds' - clock_timestamp()))::bigint AS waits,
                ARRAY(SELECT a.pid FROM pg_stat_activity AS a
                       WHERE a.datname = current_database() AND a.xact_start < p.changed_at + interval '{0} milliseconds' AND a.pid <> pg_backend_pid()
                         AND a.backend_type NOT IN ('autovacuum worker', 'walsender')) AS before,
                (p.changed_at + interval '{0} milliseconds')::text AS settled,
                (SELECT count(*) FROM pg_prepared_xacts AS x WHERE x.database = current_database()) AS prepared,
                (SELECT count(*) FROM pg_stat_activity AS a
                  WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.backend_type IS NULL) AS hidden
           FROM tenancy.tenant_placements AS p WHERE p.tenant = {1}",
        erasure.settle.as_millis(),
        super::sql::literal(tenant.as_str())
    );
    let rows = session.rows("how long the tenant is suspended cannot be asked", &query).await?;
    let Some(row) = rows.first() else { return Err(status::unknown(tenant)) };
    let (waits, before): (i64, Vec<i32>) = (row.get("waits"), row.get("before"));
    let (prepared, hidden): (i64, i64) = (row.get("prepared"), row.get("hidden"));
    if prepared > 0 {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("{prepared} prepared transactions of this database may hold rows of the tenant's, and commit them later"),
        )
        .fix("commit them or roll them back: pg_prepared_xacts has them"));
    }
    if hidden > 0 {
        return Err(OperateError::new(
            OperateErrorKind::Role,
            format!("this role does not see whether transactions of {hidden} sessions of other roles are older than the suspension, and may write the tenant's rows yet"),
        )
        .fix("GRANT pg_read_all_stats to this role, or run it as another"));
    }
    if waits > 0 {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!(
                "the tenant {:?} is suspended, and some servers may not have heard of it yet",
                tenant.as_str()
            ),
        )
        .fix(format!(
            "run it again in {waits} seconds; --settle says how long servers keep the catalog's answers"
        )));
    }
    if !before.is_empty() {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("transactions from before the tenant {:?} was suspended are open, and may write its rows: backends {before:?}", tenant.as_str()),
        )
        .fix("let them end, or end them with pg_terminate_backend"));
    }
    nodes::none_from_before(session, row.get("settled")).await
}

/// Does all of it but the commit.
async fn in_one_transaction(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &Operation,
    progress: &dyn Progress,
) -> Result<ErasureCertificate, OperateError> {
    session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    // The tenant's entry is held until the end, so that nobody serves it in between.
    may_be_erased(session, erasure).await?;
    let layout = Layout::read(session, tables, &erasure.tenant).await?;
    layout.sees_what_refers(session).await?;
    nodes::no_triggers(session, &layout).await?;
    let counted = Counted::now(session).await?;
    let (kept, mut left) = KeptRows::find(session, &layout, &erasure.keep).await?;
    left.extend(traces::unlinked(session, &layout).await?);
    let mut there = HashMap::new();
    for table in layout.owned() {
        there.insert(table.oid, count(session, table).await?);
    }
    // What triggers call is found where it is for everybody else.
    session.run("the search path cannot be set", "SET LOCAL search_path = DEFAULT").await?;
    let mut erased = Vec::new();
    for group in layout.parents_first().into_iter().rev() {
        for table in &group {
            progress.part(&table.label());
        }
        erased.extend(delete(session, &group, &kept).await?);
        failpoint::reached("erase.table").await;
    }
    // What triggers put off until the end is done now, where it is looked at.
    session
        .run("what triggers put off cannot be done, and nothing is erased", "SET CONSTRAINTS ALL IMMEDIATE")
        .await?;
    session.run("the search path cannot be set", "SET LOCAL search_path = pg_catalog").await?;
    for entry in &mut erased {
        if let Some(table) = layout.named(&entry.schema, &entry.table) {
            entry.kept = kept.of(session, table).await?;
            nothing_else_is_left(session, table, entry).await?;
            // A trigger of another table may have deleted some before.
            let there = there.get(&table.oid).copied().unwrap_or_default();
            entry.erased = there.saturating_sub(kept_rows(entry));
        }
    }
    left.extend(traces::find(session, &layout).await?);
    let effects = beside(&layout, &erased, counted.since(session).await?)?;
    if status::is_there(session).await? {
        status::set(session, &erasure.tenant, TenantStatus::Deleted).await?;
    }
    let query = "SELECT current_database()::text, current_setting('server_version'), session_user::text,
                        to_char(transaction_timestamp(), 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    let rows = session.rows("the time cannot be asked", query).await?;
    let said = |place| rows.first().map(|row| row.get::<_, String>(place)).unwrap_or_default();
    Ok(ErasureCertificate {
        format: "tenancy-erasure".to_owned(),
        version: 1,
        operation: operation.id,
        tenant: erasure.tenant.clone(),
        database: said(0),
        server: said(1),
        operator: said(2),
        erased_at: said(3),
        without_catalog: erasure.without_catalog.as_ref().map(|reason| reason.as_str().to_owned()),
        tables: erased,
        left,
        effects,
    })
}

/// Deletes the rows of tables that refer to each other, in one statement: PostgreSQL looks at foreign keys when it has ended.
async fn delete(
    session: &Session,
    group: &[&LaidTable],
    kept: &KeptRows,
) -> Result<Vec<ErasedTable>, OperateError> {
    let deletes: Vec<_> = group
        .iter()
        .enumerate()
        .map(|(place, table)| {
            let own = table.own.as_deref().unwrap_or("false");
            format!(
                "d{place} AS (DELETE FROM {} AS r WHERE {own}{} RETURNING 1)",
                table.sql,
                kept.but_for(table)
            )
        })
        .collect();
    let counts: Vec<_> = (0..group.len()).map(|place| format!("(SELECT count(*) FROM d{place})")).collect();
    let labels = group.iter().map(|table| table.label()).collect::<Vec<_>>().join(", ");
    let statement = format!("WITH {} SELECT {}", deletes.join(", "), counts.join(", "));
    let rows = session
        .rows(format!("the rows of {labels} cannot be deleted, and nothing is erased"), &statement)
        .await?;
    let count =
        |place| rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(place)).unwrap_or_default());
    let erased = group.iter().enumerate().map(|(place, table)| ErasedTable {
        schema: table.schema.clone(),
        table: table.name.clone(),
        erased: count(place),
        kept: Vec::new(),
    });
    Ok(erased.collect())
}

/// A trigger may have kept rows, or written new ones.
async fn nothing_else_is_left(
    session: &Session,
    table: &LaidTable,
    erased: &ErasedTable,
) -> Result<(), OperateError> {
    let (left, kept) = (count(session, table).await?, kept_rows(erased));
    if left == kept {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "{} rows of {} are there after all were deleted but {kept} that are kept: a trigger or a rule of the table holds them",
            left,
            table.label()
        ),
    )
    .fix("look at what the table's triggers do on DELETE; nothing was erased"))
}
