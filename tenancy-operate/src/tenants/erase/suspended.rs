//! Whether a tenant is served no more.

use tenancy_core::TenantKey;
use tenancy_core::placement::TenantStatus;

use super::nodes::{self, listed};
use super::request::Erasure;
use crate::tenants::error::{OperateError, OperateErrorKind, database};
use crate::tenants::lifecycle::status;
use crate::tenants::session::Session;

/// A tenant that is served no more.
pub(super) struct Suspended {
    tenant: TenantKey,
    /// How many milliseconds ago the servers had heard of it; `None` where no catalog says.
    settled: Option<i64>,
}

/// Whether the tenant is served no more, and has not been for long enough.
pub(super) async fn may_be_erased(session: &Session, erasure: &Erasure) -> Result<Suspended, OperateError> {
    let tenant = &erasure.tenant;
    status::no_move(session, tenant).await?;
    if erasure.without_catalog.is_some() && !status::is_there(session).await? {
        return Ok(Suspended { tenant: tenant.clone(), settled: None });
    }
    status::required(session).await?;
    let entry = status::locked(session, tenant).await?.ok_or_else(|| status::unknown(tenant))?;
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
    let query = "SELECT floor(extract(epoch FROM clock_timestamp() - changed_at) * 1000)::bigint FROM tenancy.tenant_placements WHERE tenant = $1";
    let asked = session.client().query_opt(query, &[&tenant.as_str()]).await;
    let asked = asked.map_err(database("how long the tenant is suspended cannot be asked"))?;
    let since: i64 = asked.ok_or_else(|| status::unknown(tenant))?.get(0);
    let settled = since.saturating_sub(i64::try_from(erasure.settle.as_millis()).unwrap_or(i64::MAX));
    if settled < 0 {
        return Err(OperateError::new(
            OperateErrorKind::Conflict,
            format!(
                "the tenant {:?} is suspended, and some servers may not have heard of it yet",
                tenant.as_str()
            ),
        )
        .fix(format!(
            "run it again in {} seconds; --settle says how long servers keep the catalog's answers",
            (settled.saturating_neg()).saturating_add(999) / 1000
        )));
    }
    let suspended = Suspended { tenant: tenant.clone(), settled: Some(settled) };
    suspended.nothing_is_open(session).await?;
    Ok(suspended)
}

impl Suspended {
    /// Refuses while a transaction is open in a database that may have begun before, and write the tenant's rows yet.
    ///
    /// By how long ago that is, as another server's clock may be another.
    pub(super) async fn nothing_is_open(&self, session: &Session) -> Result<(), OperateError> {
        let Some(settled) = self.settled else { return Ok(()) };
        let query = format!(
            "SELECT ARRAY(SELECT a.pid FROM pg_stat_activity AS a
                       WHERE a.datname = current_database() AND a.xact_start < clock_timestamp() - {settled} * interval '1 millisecond'
                         AND a.pid <> pg_backend_pid() AND a.backend_type NOT IN ('autovacuum worker', 'walsender')) AS before,
                (SELECT count(*) FROM pg_prepared_xacts AS x WHERE x.database = current_database()) AS prepared,
                (SELECT count(*) FROM pg_stat_activity AS a
                  WHERE a.datname = current_database() AND a.usesysid IS NOT NULL AND a.backend_type IS NULL) AS hidden"
        );
        let rows = session.rows("which transactions are open cannot be asked", &query).await?;
        let Some(row) = rows.first() else { return Ok(()) };
        let before: Vec<i32> = row.get("before");
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
        if !before.is_empty() {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!("transactions from before the tenant {:?} was suspended are open, and may write its rows: backends {}", self.tenant.as_str(), listed(&before)),
            )
            .fix("let them end, or end them with pg_terminate_backend"));
        }
        nodes::none_from_before(session, settled).await
    }
}
