//! The tenants of the catalog, `tenancy.tenant_placements`, and their status.
//!
//! [`PgCatalog`](tenancy_pool::placement::PgCatalog) changes the same rows. Here they are changed in the transactions of an operation, so
//! that a tenant's rows and its status change together.

use std::error::Error;

use serde::Serialize;
use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName, TenantStatus};
use tenancy_pool::placement::DatabaseName;
use tokio_postgres::Row;

use crate::tenants::error::{OperateError, OperateErrorKind, database as database_error};
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

    /// Where it lives.
    pub(crate) fn placement(&self) -> Result<Placement<DatabaseName>, OperateError> {
        let unreadable = |error: Box<dyn Error + Send + Sync>| {
            OperateError::new(
                OperateErrorKind::Database,
                format!("the catalog's place of the tenant {:?} cannot be understood", self.tenant),
            )
            .because(error)
        };
        let schema = self.schema.as_deref().map(SchemaName::try_from).transpose();
        let database = self.database.as_deref().map(DatabaseName::try_from).transpose();
        let (schema, database) = (
            schema.map_err(|error| unreadable(error.into()))?,
            database.map_err(|error| unreadable(error.into()))?,
        );
        Ok(match (database, schema) {
            (None, None) => Placement::Shared,
            (None, Some(schema)) => Placement::Schema(schema),
            (Some(database), None) => Placement::Database(database),
            (Some(database), Some(schema)) => Placement::DatabaseSchema { database, schema },
        })
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

/// Where the catalog has a tenant; `None` where there is no catalog, or no such tenant.
pub(crate) async fn place_of(
    session: &Session,
    tenant: &TenantKey,
) -> Result<Option<Placement<DatabaseName>>, OperateError> {
    if !is_there(session).await? {
        return Ok(None);
    }
    entry(session, tenant, "").await?.map(|entry| entry.placement()).transpose()
}

/// A tenant's status; `None` where there is no catalog, or no such tenant.
pub(crate) async fn status_of(
    session: &Session,
    tenant: &TenantKey,
) -> Result<Option<TenantStatus>, OperateError> {
    if !is_there(session).await? {
        return Ok(None);
    }
    Ok(entry(session, tenant, "").await?.map(|entry| entry.status))
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
        .map_err(database_error("the catalog of tenants cannot be read"))?;
    row.map(|row| TenantEntry::read(&row, None)).transpose()
}

/// Adds a tenant, or says anew where the one lives that there is.
pub(crate) async fn put(
    session: &Session,
    tenant: &TenantKey,
    status: TenantStatus,
    placement: &Placement<DatabaseName>,
) -> Result<(), OperateError> {
    let (schema, database) =
        (placement.schema().map(SchemaName::as_str), placement.database().map(DatabaseName::as_str));
    let kind = match (database, schema) {
        (Some(_), _) => "database",
        (None, Some(_)) => "schema",
        (None, None) => "shared",
    };
    is_nobodys(session, tenant, placement).await?;
    session
        .client()
        .execute(
            "INSERT INTO tenancy.tenant_placements AS p (tenant, status, kind, schema_name, database_name) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant) DO UPDATE SET status = $2, kind = $3, schema_name = $4, database_name = $5
              WHERE (p.status, p.kind, p.schema_name, p.database_name) IS DISTINCT FROM ($2, $3, $4, $5)",
            &[&tenant.as_str(), &status.as_str(), &kind, &schema, &database],
        )
        .await
        .map(drop)
        .map_err(database_error("the catalog of tenants cannot be written"))
}

/// Refuses a schema of another tenant's, also where that one is gone.
pub(crate) async fn is_nobodys(
    session: &Session,
    tenant: &TenantKey,
    placement: &Placement<DatabaseName>,
) -> Result<(), OperateError> {
    let Some(schema) = placement.schema() else { return Ok(()) };
    let (schema, database) = (schema.as_str(), placement.database().map_or("", DatabaseName::as_str));
    let query = "SELECT tenant FROM tenancy.tenant_placements
                  WHERE schema_name = $1 AND coalesce(database_name, '') = $2 AND tenant <> $3";
    let row = session.client().query_opt(query, &[&schema, &database, &tenant.as_str()]).await;
    let Some(row) = row.map_err(database_error("the catalog of tenants cannot be read"))? else {
        return Ok(());
    };
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "the schema {schema} is or was the tenant {:?}'s, and a schema is given once",
            row.get::<_, &str>(0)
        ),
    )
    .fix("make the tenant a schema of its own"))
}

/// Takes out a tenant that was never served.
pub(crate) async fn take_out(session: &Session, tenant: &TenantKey) -> Result<(), OperateError> {
    session
        .client()
        .execute(
            "DELETE FROM tenancy.tenant_placements WHERE tenant = $1 AND status = 'suspended'",
            &[&tenant.as_str()],
        )
        .await
        .map(drop)
        .map_err(database_error("the catalog's entry cannot be taken out"))
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
        .map_err(database_error("the catalog of tenants cannot be written"))
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
    match row.map_err(database_error("the journal of moves cannot be read"))? {
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
