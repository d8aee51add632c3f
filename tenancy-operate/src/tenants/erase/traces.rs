//! What is left of a tenant in tables whose rows are not erased.

use tenancy_rls::Ownership;

use super::certificate::{Left, LeftWhat};
use crate::tenants::error::{OperateError, database};
use crate::tenants::layout::access::hides_nothing;
use crate::tenants::layout::{LaidTable, Layout};
use crate::tenants::session::Session;
use crate::tenants::sql;

/// The columns of other tables that have the name and the type of a tenant column, or refer to the table of tenants by a foreign key.
fn candidates() -> String {
    format!(
        "SELECT n.nspname::text AS schema, c.relname::text AS table, a.attname::text AS column, c.relkind = 'm' AS is_materialized,
                has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT') AND {} AS may_look
           FROM pg_attribute AS a
           JOIN pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm') AND NOT c.relispartition AND c.relpersistence <> 't'
           JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tenancy')
          WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid <> ALL ($1)
            AND (a.attname = ANY ($2) AND a.atttypid = ANY ($3)
                 OR EXISTS (SELECT FROM pg_constraint AS k
                             WHERE k.contype = 'f' AND k.conrelid = a.attrelid AND k.conkey = ARRAY[a.attnum]
                               AND (k.confrelid::oid, k.confkey[1]) IN (SELECT * FROM unnest($4::oid[], $5::smallint[]))))
          ORDER BY 1, 2, 3",
        hides_nothing()
    )
}

/// A table of tenants, to which tenant columns refer: its number, its column's, and both as SQL.
struct Root {
    relation: u32,
    column: i16,
    schema: String,
    table: String,
    name: String,
}

/// Looked for when all is erased: a trigger may have written more of the tenant down elsewhere.
pub(super) async fn find(session: &Session, layout: &Layout) -> Result<Vec<Left>, OperateError> {
    // Tables are only looked into where no policy hides a row.
    session.run("row security cannot be set", "SET LOCAL row_security = on").await?;
    let mut left = Vec::new();
    let roots = roots(session, layout).await?;
    for root in &roots {
        let rows = count(session, &root.schema, &root.table, &root.name, layout).await?;
        left.extend((rows > 0).then(|| Left {
            schema: root.schema.clone(),
            table: root.table.clone(),
            columns: vec![root.name.clone()],
            rows: Some(rows),
            what: LeftWhat::TenantRow,
            elsewhere: None,
            why: "it is the tenant's own row of the table that tenant columns refer to, which no tenant owns".to_owned(),
        }));
    }
    let owned = layout.owned_with_members();
    let names: Vec<&str> = layout.owned().filter_map(LaidTable::tenant_column).collect();
    let types = types(session, layout, &owned, &names).await?;
    let (relations, columns): (Vec<u32>, Vec<i16>) =
        roots.iter().map(|root| (root.relation, root.column)).unzip();
    let found = session
        .client()
        .query(&candidates(), &[&owned, &names, &types, &relations, &columns])
        .await
        .map_err(database("the other tables cannot be looked at"))?;
    for row in found {
        let (schema, table, column): (String, String, String) =
            (row.get("schema"), row.get("table"), row.get("column"));
        if roots.iter().any(|root| root.schema == schema && root.table == table && root.name == column) {
            continue;
        }
        let rows = if row.get("may_look") {
            Some(count(session, &schema, &table, &column, layout).await?)
        } else {
            None
        };
        let why = match rows {
            Some(0) => continue,
            None => "this role may not look into it: look as another".to_owned(),
            Some(_) if row.get("is_materialized") => {
                "it is a materialized view with the tenant in this column: refresh it".to_owned()
            }
            Some(_) => {
                "its rows name the tenant in this column, and it is no declared table of a place where the tenant lives"
                    .to_owned()
            }
        };
        left.push(Left {
            schema,
            table,
            columns: vec![column],
            rows,
            what: LeftWhat::NamesTenant,
            why,
            elsewhere: None,
        });
    }
    Ok(left)
}

/// Compared as texts, as a column of another type of text may name the tenant as well.
async fn count(
    session: &Session,
    schema: &str,
    table: &str,
    column: &str,
    layout: &Layout,
) -> Result<u64, OperateError> {
    let query = format!(
        "SELECT count(*) FROM {} AS x WHERE x.{} = {}::{}",
        sql::qualified(schema, table),
        sql::identifier(column),
        sql::literal(layout.tenant.as_str()),
        layout.tenant_type
    );
    let rows = session
        .rows(format!("the rows of {schema}.{table} that name the tenant cannot be counted"), &query)
        .await?;
    Ok(rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or_default()))
}

/// What tenant columns refer to, where that is no table whose rows are erased.
async fn roots(session: &Session, layout: &Layout) -> Result<Vec<Root>, OperateError> {
    let mut pairs: Vec<(u32, &str)> = Vec::new();
    for key in &layout.foreign_keys {
        let Some(from) = layout.table(key.from).filter(|table| table.is_owned()) else { continue };
        let ([column], [to]) = (key.columns.as_slice(), key.to_columns.as_slice()) else { continue };
        let is_erased = layout.table(key.to).is_some_and(LaidTable::is_owned);
        if from.tenant_column() == Some(column) && !is_erased && !pairs.contains(&(key.to, to)) {
            pairs.push((key.to, to));
        }
    }
    let mut roots = Vec::new();
    for (relation, name) in pairs {
        let row = session
            .client()
            .query_one(
                "SELECT n.nspname::text, c.relname::text, a.attnum FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                   JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = $2 WHERE c.oid = $1",
                &[&relation, &name],
            )
            .await
            .map_err(database("the table of tenants cannot be looked at"))?;
        roots.push(Root {
            relation,
            column: row.get(2),
            schema: row.get(0),
            table: row.get(1),
            name: name.to_owned(),
        });
    }
    Ok(roots)
}

/// The types that tenant columns have, by their numbers.
async fn types(
    session: &Session,
    layout: &Layout,
    owned: &[u32],
    names: &[&str],
) -> Result<Vec<u32>, OperateError> {
    let query = format!(
        "SELECT DISTINCT atttypid FROM pg_attribute WHERE attrelid = ANY ($1) AND attname = ANY ($2)
         UNION SELECT {}::regtype::oid",
        sql::literal(&layout.tenant_type)
    );
    let rows = session
        .client()
        .query(&query, &[&owned, &names])
        .await
        .map_err(database("the types cannot be looked at"))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The rows that are seen by links, and by this tenant's only. Looked for before its links are erased.
pub(super) async fn unlinked(session: &Session, layout: &Layout) -> Result<Vec<Left>, OperateError> {
    let mut left = Vec::new();
    for table in &layout.tables {
        let Ownership::Link(link) = &table.ownership else { continue };
        let Some(links) = layout.named(&link.schema, &link.table) else { continue };
        let Some(own) = links.own_as_x() else { continue };
        let [column, key] = [&link.column, &link.key].map(|name| sql::identifier(name));
        let query = format!(
            "SELECT count(*) {} AND NOT EXISTS (SELECT FROM {} AS x WHERE x.{key} = r.{column} AND {own} IS NOT TRUE)",
            table.own_rows(),
            links.sql
        );
        let rows = session.rows(format!("the rows of {} cannot be counted", table.label()), &query).await?;
        let rows = rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(0)).unwrap_or_default());
        left.extend((rows > 0).then(|| Left {
            schema: table.schema.clone(),
            table: table.name.clone(),
            columns: vec![link.column.clone()],
            rows: Some(rows),
            what: LeftWhat::Unlinked,
            elsewhere: None,
            why: format!("only this tenant linked them, by {}: nobody sees them now", links.label()),
        }));
    }
    Ok(left)
}
