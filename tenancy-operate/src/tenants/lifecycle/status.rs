//! The tenants of the catalog, `tenancy.tenant_placements`, and their status.
//!
//! [`PgCatalog`](tenancy_pool::placement::PgCatalog) changes the same rows. Here they are changed in the transactions of an operation, so
//! that a tenant's rows and its status change together.

use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;
use tenancy_rls::Tables;
use tokio_postgres::Row;

use crate::tenants::error::{OperateError, OperateErrorKind, database};
use crate::tenants::session::Session;

/// A tenant of the catalog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TenantEntry {
    /// Its id.
    pub tenant: String,
    /// Whether it may be served.
    pub status: TenantStatus,
    /// Where it lives: `shared`, `schema` or `database`.
    pub kind: String,
    /// Its schema, if it has one of its own.
    pub schema: Option<String>,
    /// What the catalog calls its database, if that is another one.
    pub database: Option<String>,
    /// When the entry changed last, by the server's clock, in RFC 3339.
    pub changed_at: String,
    /// The operation that was begun on it and has not ended.
    pub operation: Option<String>,
}

const COLUMNS: &str = "tenant, status, kind, schema_name, database_name,
    to_char(changed_at, 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"') AS changed_at";

impl TenantEntry {
    fn read(row: &Row, operation: Option<String>) -> Result<Self, OperateError> {
        let (tenant, status): (String, String) = (row.get("tenant"), row.get("status"));
        let status = status.parse().map_err(|error| {
            OperateError::new(
                OperateErrorKind::Database,
                format!("the catalog's entry of {tenant:?} cannot be understood"),
            )
            .because(error)
        })?;
        Ok(Self {
            tenant,
            status,
            kind: row.get("kind"),
            schema: row.get("schema_name"),
            database: row.get("database_name"),
            changed_at: row.get("changed_at"),
            operation,
        })
    }

    /// Whether its rows are in the catalog's own database.
    #[must_use]
    pub fn is_here(&self) -> bool {
        self.database.is_none()
    }
}

/// The declared tables where the tenant has them: in a schema of its own, if the catalog says so.
pub(crate) async fn tables_of(
    session: &Session,
    tables: &Tables,
    tenant: &TenantKey,
) -> Result<Tables, OperateError> {
    let entry = if is_there(session).await? { entry(session, tenant, "").await? } else { None };
    match entry {
        Some(entry) if !entry.is_here() => Err(elsewhere(&entry)),
        Some(TenantEntry { schema: Some(schema), .. }) => Ok(tables.clone().tenant_tables_in_schema(schema)),
        _ => Ok(tables.clone()),
    }
}

/// Whether the catalog is in this database.
pub(crate) async fn is_there(session: &Session) -> Result<bool, OperateError> {
    let query = "SELECT to_regclass('tenancy.tenant_placements') IS NOT NULL";
    let rows = session.rows("the catalog of tenants cannot be looked for", query).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// An error where it is not.
pub(crate) async fn required(session: &Session) -> Result<(), OperateError> {
    if is_there(session).await? {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Request,
        "there is no catalog of tenants in this database: the table tenancy.tenant_placements is missing",
    )
    .fix("give the address of the catalog's database, or make it with `tenancy tenants prepare`"))
}

/// All entries, by id.
pub(crate) async fn all(session: &Session) -> Result<Vec<TenantEntry>, OperateError> {
    required(session).await?;
    let journal = session
        .rows(
            "the journal of operations cannot be looked for",
            "SELECT to_regclass('tenancy.tenant_operations') IS NOT NULL",
        )
        .await?;
    let operation = if journal.first().is_some_and(|row| row.get(0)) {
        "(SELECT o.kind FROM tenancy.tenant_operations AS o WHERE o.tenant = p.tenant AND o.finished_at IS NULL)"
    } else {
        "NULL::text"
    };
    let query = format!(
        "SELECT {COLUMNS}, {operation} AS operation FROM tenancy.tenant_placements AS p ORDER BY tenant COLLATE \"C\""
    );
    let rows = session.rows("the catalog of tenants cannot be read", &query).await?;
    rows.iter().map(|row| TenantEntry::read(row, row.get("operation"))).collect()
}

/// A tenant's entry, which nobody else changes until the transaction ends.
pub(crate) async fn locked(
    session: &Session,
    tenant: &TenantKey,
) -> Result<Option<TenantEntry>, OperateError> {
    entry(session, tenant, "FOR UPDATE").await
}

/// A tenant's entry. A catalog that is there and does not have it knows no such tenant.
pub(crate) async fn known(session: &Session, tenant: &TenantKey) -> Result<(), OperateError> {
    if is_there(session).await? && entry(session, tenant, "").await?.is_none() {
        return Err(unknown(tenant));
    }
    Ok(())
}

async fn entry(
    session: &Session,
    tenant: &TenantKey,
    lock: &str,
) -> Result<Option<TenantEntry>, OperateError> {
    let query = format!("SELECT {COLUMNS} FROM tenancy.tenant_placements WHERE tenant = $1 {lock}");
    let row = session
        .client()
        .query_opt(&query, &[&tenant.as_str()])
        .await
        .map_err(database("the catalog of tenants cannot be read"))?;
    row.map(|row| TenantEntry::read(&row, None)).transpose()
}

/// Adds a tenant of the shared tables.
pub(crate) async fn add(
    session: &Session,
    tenant: &TenantKey,
    status: TenantStatus,
) -> Result<(), OperateError> {
    session
        .client()
        .execute(
            "INSERT INTO tenancy.tenant_placements (tenant, status, kind) VALUES ($1, $2, 'shared')",
            &[&tenant.as_str(), &status.as_str()],
        )
        .await
        .map(drop)
        .map_err(database("the catalog of tenants cannot be written"))
}

/// Changes a tenant's status.
pub(crate) async fn set(
    session: &Session,
    tenant: &TenantKey,
    status: TenantStatus,
) -> Result<(), OperateError> {
    session
        .client()
        .execute(
            "UPDATE tenancy.tenant_placements SET status = $2 WHERE tenant = $1 AND status <> $2",
            &[&tenant.as_str(), &status.as_str()],
        )
        .await
        .map(drop)
        .map_err(database("the catalog of tenants cannot be written"))
}

/// Refuses while the tenant is being moved: its rows are in two places then, and what follows them would stay.
pub(crate) async fn no_move(session: &Session, tenant: &TenantKey) -> Result<(), OperateError> {
    let there = "SELECT to_regclass('tenancy.moves') IS NOT NULL";
    let rows = session.rows("the journal of moves cannot be looked for", there).await?;
    if !rows.first().is_some_and(|row| row.get(0)) {
        return Ok(());
    }
    let query = "SELECT step FROM tenancy.moves WHERE tenant = $1 AND step NOT IN ('finished', 'undone')";
    let row = session.client().query_opt(query, &[&tenant.as_str()]).await;
    match row.map_err(database("the journal of moves cannot be read"))? {
        None => Ok(()),
        Some(row) => Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!("the tenant {:?} is being moved ({})", tenant.as_str(), row.get::<_, &str>(0)),
        )
        .fix(format!(
            "end the move first: `tenancy move {0} --undo`, or, once it has switched, `tenancy move {0} --finish`",
            tenant.as_str()
        ))),
    }
}

/// The error of a tenant that the catalog does not have.
pub(crate) fn unknown(tenant: &TenantKey) -> OperateError {
    OperateError::new(
        OperateErrorKind::Conflict,
        format!("the tenant {:?} is not in the catalog", tenant.as_str()),
    )
    .fix("`tenancy tenants list` has those that are; `tenancy tenants create` adds one")
}

/// The error of a tenant whose rows are elsewhere.
pub(crate) fn elsewhere(entry: &TenantEntry) -> OperateError {
    OperateError::new(
        OperateErrorKind::Request,
        format!(
            "the tenant {:?} lives in the database {:?}, and only tenants of the catalog's own database are looked after yet",
            entry.tenant,
            entry.database.as_deref().unwrap_or_default()
        ),
    )
    .fix("export it with the address of that database, where no catalog is")
}
