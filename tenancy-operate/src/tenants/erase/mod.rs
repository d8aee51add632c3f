//! A tenant's rows, erased.

mod certificate;
mod copies;
mod effects;
mod kept;
mod nodes;
mod request;
mod rows;
mod suspended;
mod traces;

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;

pub use self::certificate::{
    Effect, ErasedElsewhere, ErasedTable, ErasureCertificate, Kept, KeptBy, Left, LeftWhat,
    SealedCertificate, SigningKey,
};
pub use self::request::{Erasure, Keep};
use self::rows::Part;
use super::error::{OperateError, OperateErrorKind};
use super::failpoint;
use super::hooks::{self, HookStep, Hooks};
use super::journal::{self, Elsewhere, Operation, OperationKind};
use super::layout::Layout;
use super::lifecycle::status;
use super::progress::Progress;
use super::residence::Residence;
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
    operation.ended(session, erased).await
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
            suspended::may_be_erased(session, erasure).await?;
            hooks::call(session, operation, hooks, HookStep::Erasing, None, None).await?;
            failpoint::reached("erase.begin").await;
            json!(rows_of(session, tables, erasure, operation, progress).await?)
        }
    };
    hooks::call(session, operation, hooks, HookStep::Erased, None, None).await?;
    operation.finish(session, &certificate).await?;
    let sealed = SealedCertificate::new(read(certificate)?, erasure.key.as_ref())?;
    Ok(Erased { sealed, was_done: false })
}

/// Erases the rows, wherever they are, and says so in the journal.
async fn rows_of(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &mut Operation,
    progress: &dyn Progress,
) -> Result<ErasureCertificate, OperateError> {
    let residence = Residence::of(session, tables, &erasure.tenant).await?;
    let Some((other, _)) = residence.elsewhere() else {
        session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
        return at_home(session, tables, erasure, operation, &residence, None, progress).await;
    };
    let elsewhere = Elsewhere::begin(session, other, operation).await?;
    let erased = in_both(session, tables, erasure, operation, &residence, &elsewhere, progress).await;
    if erased.is_err() {
        elsewhere.give_up(operation).await;
    }
    erased
}

/// Erases the rows of a tenant that lives in another database: there, and what a move has left here.
async fn in_both(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &mut Operation,
    residence: &Residence<'_>,
    elsewhere: &Elsewhere<'_>,
    progress: &dyn Progress,
) -> Result<ErasureCertificate, OperateError> {
    let before = elsewhere.done(operation).await?;
    elsewhere.intend(operation).await?;
    session.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
    let part = match before {
        Some(part) => read(part)?,
        None => {
            let suspended = suspended::may_be_erased(session, erasure).await?;
            residence.is_still_there(&erasure.tenant).await?;
            let there = residence.session();
            there.run("the transaction cannot be begun", "BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
            suspended.nothing_is_open(there).await?;
            let layout = residence.layout_with_leftovers(&erasure.tenant).await?;
            let keep = kept::by_law(&[residence.tables(), tables], &erasure.keep)?;
            let part = Part::erase(there, tables, &layout, erasure, &keep, progress).await?;
            failpoint::reached("erase.elsewhere").await;
            elsewhere.commit(operation, OperationKind::Erase, &erasure.request(), &json!(part)).await?;
            failpoint::reached("erase.elsewhere.committed").await;
            part
        }
    };
    at_home(session, tables, erasure, operation, residence, Some(part), progress).await
}

/// Erases what there is in the catalog's database, in the transaction that has begun, and ends that one. `elsewhere` is what was erased
/// in another before.
async fn at_home(
    session: &Session,
    tables: &Tables,
    erasure: &Erasure,
    operation: &mut Operation,
    residence: &Residence<'_>,
    elsewhere: Option<Part>,
    progress: &dyn Progress,
) -> Result<ErasureCertificate, OperateError> {
    // The tenant's entry is held until the end, so that nobody serves it in between.
    suspended::may_be_erased(session, erasure).await?;
    residence.is_still_there(&erasure.tenant).await?;
    let layout = match residence.leftovers_at_home(&erasure.tenant).await? {
        Some(leftovers) => leftovers,
        None => residence.layout_with_leftovers(&erasure.tenant).await?,
    };
    let keep = kept::by_law(&[residence.tables(), tables], &erasure.keep)?;
    let mut part = Part::erase(session, tables, &layout, erasure, &keep, progress).await?;
    let elsewhere = elsewhere.zip(residence.placement().database());
    let elsewhere = elsewhere.map(|(other, name)| part.and_elsewhere(other, name));
    if status::is_there(session).await? {
        status::set(session, &erasure.tenant, TenantStatus::Deleted).await?;
    }
    let certificate = ErasureCertificate {
        format: "tenancy-erasure".to_owned(),
        version: 1,
        operation: operation.id,
        tenant: erasure.tenant.clone(),
        database: part.database,
        server: part.server,
        operator: part.operator,
        erased_at: part.at,
        without_catalog: erasure.without_catalog.as_ref().map(|reason| reason.as_str().to_owned()),
        despite_triggers: part.despite_triggers,
        elsewhere,
        tables: part.tables,
        left: part.left,
        effects: part.effects,
    };
    operation.step(session, ROWS, Some(json!(certificate))).await?;
    failpoint::reached("erase.commit").await;
    session.run("the erasure cannot be committed: whether it was, the next run says", "COMMIT").await?;
    failpoint::reached("erase.committed").await;
    Ok(certificate)
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, OperateError> {
    serde_json::from_value(value).map_err(|error| {
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
    let certificate: ErasureCertificate = read(earlier)?;
    let residence = Residence::of(session, tables, &erasure.tenant).await?;
    let there = residence.layout_with_leftovers(&erasure.tenant).await?;
    let name = residence.elsewhere().map(|(_, name)| name.as_str());
    if !has_what_was_kept(residence.session(), &there, name, &certificate).await? {
        return Ok(None);
    }
    if let Some(here) = residence.leftovers_at_home(&erasure.tenant).await?
        && !has_what_was_kept(session, &here, None, &certificate).await?
    {
        return Ok(None);
    }
    SealedCertificate::new(certificate, erasure.key.as_ref()).map(Some)
}

/// Whether a database has the tenant's rows that were kept, and no others.
async fn has_what_was_kept(
    session: &Session,
    layout: &Layout,
    database: Option<&str>,
    certificate: &ErasureCertificate,
) -> Result<bool, OperateError> {
    // Told for each database: reading another one's may have changed it.
    layout.sees_every_row(session).await?;
    for table in layout.owned() {
        let of = |erased: &&ErasedTable| {
            erased.schema == table.schema
                && erased.table == table.name
                && erased.elsewhere.as_deref() == database
        };
        let kept = certificate.tables.iter().find(of).map_or(0, ErasedTable::kept_rows);
        if rows::count(session, table).await? != kept {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether nobody has brought it back since.
async fn is_still_deleted(session: &Session, erasure: &Erasure) -> Result<bool, OperateError> {
    if !status::is_there(session).await? {
        return Ok(true);
    }
    let entry = status::locked(session, &erasure.tenant).await?;
    Ok(entry.is_some_and(|entry| entry.status == TenantStatus::Deleted))
}
