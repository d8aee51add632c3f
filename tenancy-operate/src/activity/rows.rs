//! How many rows each tenant has, and how much of the tables.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Serialize;
use tenancy_rls::{Ownership, Table, Tables};
use tokio_postgres::error::SqlState;

use crate::tenants::Session;
use crate::tenants::citus;
use crate::tenants::error::{OperateError, database};
use crate::tenants::layout::access::sees_every_row;
use crate::tenants::sql::{identifier, literal, qualified};

/// What the tenants have in the declared tables.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Stock {
    /// Each tenant that has rows, who has most of the tables' size first.
    pub tenants: Vec<TenantStock>,
    /// What is not in these numbers.
    pub not_counted: Vec<NotCounted>,
}

/// What a tenant has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TenantStock {
    /// The tenant.
    pub tenant: String,
    /// Its rows, counted.
    pub rows: u64,
    /// Its part of the tables, their indexes and what is stored beside them. Of shared tables it is an estimate: the table's size by the tenant's part of its rows.
    pub bytes: u64,
}

/// A table of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NotCounted {
    /// The table.
    pub table: String,
    /// Why not.
    pub because: String,
}

/// Counts the rows of each tenant in the declared tables.
///
/// Each table is read once, which on a large one takes as long as that takes: a table that takes longer than `limit` is left out, and said to be. Tenants that the catalog of this
/// database has in a schema of their own are counted there. Rows that belong to tenants by a link, and rows of nobody's, are not counted.
///
/// # Errors
///
/// When this role does not see every row; when a declared table is missing, and when the database does not answer.
///
/// # Cancellation
///
/// The connection is then to be closed: it is in a transaction that changes nothing.
pub async fn rows(session: &Session, tables: &Tables, limit: Duration) -> Result<Stock, OperateError> {
    let mut counted = Counted { is_citus: citus::is_here(session).await?, ..Counted::default() };
    let places = own_schemas(session).await?;
    let places: Vec<_> = places
        .into_iter()
        .map(|(tenant, schema)| (tenant, tables.clone().tenant_tables_in_schema(schema)))
        .collect();
    every_row_is_seen(session, std::iter::once(tables).chain(places.iter().map(|(_, own)| own))).await?;
    for table in tables.iter() {
        counted.table(session, tables, table, None, limit).await?;
    }
    for (tenant, own) in places {
        let of_tenants = own.iter().filter(|table| !matches!(own.ownership_of(table), Ownership::Global));
        for table in of_tenants {
            counted.table(session, &own, table, Some(&tenant), limit).await?;
        }
    }
    Ok(counted.end())
}

#[derive(Default)]
struct Counted {
    tenants: BTreeMap<String, (u64, f64)>,
    not_counted: Vec<NotCounted>,
    is_citus: bool,
}

impl Counted {
    async fn table(
        &mut self,
        session: &Session,
        tables: &Tables,
        table: &Table,
        whose: Option<&str>,
        limit: Duration,
    ) -> Result<(), OperateError> {
        let name = qualified(tables.schema_of(table), table.name());
        let Some(query) = query(tables, table, whose, self.is_citus) else {
            if matches!(tables.ownership_of(table), Ownership::Link(_)) {
                self.leave_out(&name, "its rows belong to tenants by a link, and may be several tenants'");
            }
            return Ok(());
        };
        let limit = format!(
            "BEGIN READ ONLY; SET LOCAL statement_timeout = {}",
            limit.as_millis().clamp(1, 86_400_000)
        );
        session.run("the transaction cannot be begun", &limit).await?;
        let rows = session.client().query(&query, &[]).await;
        session.roll_back().await;
        let rows = match rows {
            Err(error) if error.code() == Some(&SqlState::QUERY_CANCELED) => {
                self.leave_out(&name, "counting it took longer than it may");
                return Ok(());
            }
            rows => rows.map_err(database(format!("the rows of {name} cannot be counted")))?,
        };
        #[allow(clippy::cast_precision_loss, reason = "an estimate, of fewer than 2^53 bytes")]
        for row in &rows {
            let (tenant, own, all, bytes): (Option<String>, i64, i64, i64) =
                (row.get(0), row.get(1), row.get(2), row.get(3));
            // NULL: a row that all tenants share, or nobody's.
            let Some(tenant) = tenant else { continue };
            let (rows, size) = self.tenants.entry(tenant).or_default();
            *rows += own.unsigned_abs();
            *size += bytes as f64 * own as f64 / all.max(1) as f64;
        }
        Ok(())
    }

    fn leave_out(&mut self, table: &str, because: &str) {
        self.not_counted.push(NotCounted { table: table.to_owned(), because: because.to_owned() });
    }

    fn end(self) -> Stock {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a size is a whole number of bytes, and not negative"
        )]
        let stock = |(tenant, (rows, bytes)): (String, (u64, f64))| TenantStock {
            tenant,
            rows,
            bytes: bytes.round() as u64,
        };
        let mut tenants: Vec<_> = self.tenants.into_iter().map(stock).collect();
        tenants.sort_by(|one, other| {
            (other.bytes, other.rows).cmp(&(one.bytes, one.rows)).then_with(|| one.tenant.cmp(&other.tenant))
        });
        Stock { tenants, not_counted: self.not_counted }
    }
}

/// The size of a table on all nodes: the coordinator's own part of a distributed one is empty.
const OF_SHARDS: &str =
    "CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_dist_partition AS d WHERE d.logicalrelid = p.relid)
    THEN pg_catalog.citus_total_relation_size(p.relid) ELSE pg_total_relation_size(p.relid) END";

/// Each tenant with its rows, all rows, and the table's size; all of them are `whose`, where it is said.
fn query(tables: &Tables, table: &Table, whose: Option<&str>, is_citus: bool) -> Option<String> {
    let (mut at, mut depth) = (table, 0);
    let mut from = format!("{} AS t0", qualified(tables.schema_of(table), table.name()));
    let tenant = loop {
        match tables.ownership_of(at) {
            Ownership::Column { column, .. } => break format!("t{depth}.{}::text", identifier(&column)),
            Ownership::Parent(link) => {
                at = tables
                    .iter()
                    .find(|other| other.name() == link.table && tables.schema_of(other) == link.schema)?;
                let other = depth + 1;
                // A row whose parent is missing is nobody's.
                from = format!(
                    "{from} LEFT JOIN {} AS t{other} ON t{other}.{} = t{depth}.{}",
                    qualified(&link.schema, &link.table),
                    identifier(&link.key),
                    identifier(&link.column)
                );
                depth = other;
            }
            _ => return None,
        }
    };
    let tenant = whose.map_or(tenant, literal);
    let relation = literal(&qualified(tables.schema_of(table), table.name()));
    let size = if is_citus { OF_SHARDS } else { "pg_total_relation_size(p.relid)" };
    Some(format!(
        "SELECT c.tenant, c.own, (sum(c.own) OVER ())::bigint, s.bytes
           FROM (SELECT {tenant} AS tenant, count(*) AS own FROM {from} GROUP BY 1) AS c,
                (SELECT coalesce(sum({size}), 0)::bigint AS bytes
                   FROM (SELECT relid FROM pg_partition_tree({relation}) UNION SELECT {relation}::regclass) AS p) AS s"
    ))
}

/// A part of the rows, counted for all, would be wrong numbers.
async fn every_row_is_seen(
    session: &Session,
    places: impl Iterator<Item = &Tables> + Send,
) -> Result<(), OperateError> {
    let names: Vec<String> = places
        .flat_map(|tables| tables.iter().map(|table| qualified(tables.schema_of(table), table.name())))
        .collect();
    let query = "SELECT DISTINCT to_regclass(name)::oid FROM unnest($1::text[]) AS name WHERE to_regclass(name) IS NOT NULL";
    let rows = session.client().query(query, &[&names]).await;
    let rows = rows.map_err(database("the declared tables cannot be looked for"))?;
    sees_every_row(session, rows.iter().map(|row| row.get(0)).collect::<Vec<u32>>()).await
}

/// The tenants of the catalog that have a schema of their own here, if there is a catalog.
async fn own_schemas(session: &Session) -> Result<Vec<(String, String)>, OperateError> {
    use crate::tenants::lifecycle::status;
    if !status::is_there(session).await? {
        return Ok(Vec::new());
    }
    let entries = status::all(session).await?;
    let here = entries
        .into_iter()
        .filter(|entry| entry.is_here() && entry.status != tenancy_core::placement::TenantStatus::Deleted);
    Ok(here.filter_map(|entry| Some((entry.tenant, entry.schema?))).collect())
}
