//! Reads the layout from the server's catalog.

use std::collections::HashMap;

use tenancy_core::TenantKey;
use tenancy_rls::{Ownership, Tables};
use tokio_postgres::Row;

use super::super::error::{OperateError, OperateErrorKind, database};
use super::super::session::Session;
use super::super::sql;
use super::foreign_key::{ForeignKey, OnDelete};
use super::table::{Column, LaidTable, Unique};
use super::{Absent, Layout};

const COLUMNS: &str = "
SELECT a.attrelid AS relation, a.attnum AS number, a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS sql_type,
       a.attnotnull AS not_null, a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,
       CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END AS default,
       (SELECT quote_ident(n.nspname) || '.' || quote_ident(s.relname)
          FROM pg_depend AS dep JOIN pg_class AS s ON s.relkind = 'S' JOIN pg_namespace AS n ON n.oid = s.relnamespace
         WHERE dep.deptype IN ('a', 'i') AND dep.classid = 'pg_class'::regclass AND dep.objid = s.oid
               AND dep.refclassid = 'pg_class'::regclass AND dep.refobjid = a.attrelid AND dep.refobjsubid = a.attnum
            OR dep.deptype = 'n' AND dep.classid = 'pg_attrdef'::regclass AND dep.objid = d.oid
               AND dep.refclassid = 'pg_class'::regclass AND dep.refobjid = s.oid
         ORDER BY s.oid LIMIT 1) AS sequence,
       t.typcategory = 'N' AS is_number,
       coalesce((SELECT NOT l.collisdeterministic FROM pg_collation AS l WHERE l.oid = a.attcollation), false) AS is_coarse,
       a.atttypid = 'uuid'::regtype AS is_uuid, a.attcollation <> 0 AS is_collated,
       a.atttypid = 'oid'::regtype OR t.typname = 'lo' AS is_oid
  FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
  LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
 WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
 ORDER BY a.attrelid, a.attnum";

const UNIQUES: &str = "
SELECT i.indrelid AS relation, c.relname::text AS name,
       ARRAY(SELECT pg_get_indexdef(i.indexrelid, k, true) FROM generate_series(1, i.indnkeyatts) AS k) AS keys,
       ARRAY(SELECT a.attname::text FROM pg_attribute AS a
              WHERE a.attrelid = i.indrelid AND (a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])
                 OR EXISTS (SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                               AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum
                               AND a.attnum > 0 AND 0 = ANY (i.indkey::int2[])))
              ORDER BY array_position(i.indkey::int2[], a.attnum)) AS columns,
       i.indexprs IS NULL AS is_plain, pg_get_expr(i.indpred, i.indrelid) AS predicate
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
 WHERE i.indrelid = ANY ($1) AND i.indisunique AND i.indislive
 ORDER BY i.indrelid, i.indisprimary DESC, c.relname";

const FOREIGN_KEYS: &str = "
SELECT k.conname::text AS name, k.conrelid AS from, k.confrelid AS to, k.confdeltype::text AS on_delete,
       quote_ident(fn.nspname) || '.' || quote_ident(f.relname) AS from_sql,
       quote_ident(tn.nspname) || '.' || quote_ident(t.relname) AS to_sql,
       ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = u.number ORDER BY u.place) AS columns,
       ARRAY(SELECT a.attname::text FROM unnest(k.confkey) WITH ORDINALITY AS u (number, place)
               JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = u.number ORDER BY u.place) AS to_columns
  FROM pg_constraint AS k
  JOIN pg_class AS f ON f.oid = k.conrelid JOIN pg_namespace AS fn ON fn.oid = f.relnamespace
  JOIN pg_class AS t ON t.oid = k.confrelid JOIN pg_namespace AS tn ON tn.oid = t.relnamespace
 WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = ANY ($1) OR k.confrelid = ANY ($1))
       -- One that is NOT ENFORCED, since PostgreSQL 18, refuses and changes nothing.
   AND coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)
 ORDER BY fn.nspname, f.relname, k.conname";

/// The partitions and the inheriting tables of the tables, with theirs.
const MEMBERS: &str = "
WITH RECURSIVE family (root, member) AS (
    SELECT o, o FROM unnest($1::oid[]) AS o
    UNION SELECT f.root, i.inhrelid FROM family AS f JOIN pg_inherits AS i ON i.inhparent = f.member)
SELECT root, member FROM family WHERE member <> ALL ($1)";

const FAILED: &str = "the tables cannot be looked at";

pub(super) async fn read(
    session: &Session,
    declared: &Tables,
    tenant: &TenantKey,
    tenant_type: &str,
    absent: Absent,
) -> Result<Layout, OperateError> {
    let mut tables = Vec::new();
    for (number, table) in declared.iter().enumerate() {
        let (schema, name) = (declared.schema_of(table), table.name());
        let oid = match relation(session, schema, name).await? {
            Some(oid) => oid,
            None if absent == Absent::LeftOut => continue,
            None => return Err(missing(schema, name)),
        };
        tables.push(LaidTable {
            oid,
            declared: number,
            schema: schema.to_owned(),
            name: name.to_owned(),
            sql: sql::qualified(schema, name),
            ownership: declared.ownership_of(table),
            own: declared.own_rows(table, tenant.as_str(), "r"),
            own_as_x: declared.own_rows(table, tenant.as_str(), "x"),
            columns: Vec::new(),
            uniques: Vec::new(),
        });
    }
    while let Some(place) = tables.iter().position(|table| !has_its_parent(table, &tables)) {
        tables.remove(place);
    }
    let oids: Vec<u32> = tables.iter().map(|table| table.oid).collect();
    let ask = async |query| session.client().query(query, &[&oids]).await.map_err(database(FAILED));
    let mut columns = grouped(&ask(COLUMNS).await?, column);
    let mut uniques = grouped(&ask(UNIQUES).await?, unique);
    for table in &mut tables {
        table.columns = columns.remove(&table.oid).unwrap_or_default();
        table.uniques = uniques.remove(&table.oid).unwrap_or_default();
        has_its_column(table)?;
    }
    let members: HashMap<u32, u32> =
        ask(MEMBERS).await?.iter().map(|row| (row.get("member"), row.get("root"))).collect();
    // A key may lead from or to a single partition.
    let all: Vec<u32> = oids.iter().chain(members.keys()).copied().collect();
    let foreign_keys = session.client().query(FOREIGN_KEYS, &[&all]).await.map_err(database(FAILED))?;
    let foreign_keys = foreign_keys.iter().map(|row| foreign_key(row, &members)).collect();
    Ok(Layout { tables, members, foreign_keys, tenant_type: tenant_type.to_owned(), tenant: tenant.clone() })
}

/// The column by which rows belong to tenants has to be there.
fn has_its_column(table: &LaidTable) -> Result<(), OperateError> {
    let column = match &table.ownership {
        Ownership::Column { column, .. } => column,
        Ownership::Parent(link) | Ownership::Link(link) => &link.column,
        _ => return Ok(()),
    };
    if let Some(found) = table.column(column) {
        return is_exact(table, found);
    }
    Err(OperateError::new(
        OperateErrorKind::Request,
        format!("the declared table {} has no column {column} in this database, by which its rows belong to tenants", table.label()),
    )
    .fix("run the application's migrations here, or write the manifest anew"))
}

/// Texts that differ are different owners.
fn is_exact(table: &LaidTable, column: &Column) -> Result<(), OperateError> {
    if !column.is_coarse {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Request,
        format!(
            "the column {} of {} has a collation that is not deterministic: texts that differ are one tenant to the database",
            column.name,
            table.label()
        ),
    )
    .fix("give the column a deterministic collation, such as \"C\""))
}

/// Whether the table is there by which its rows belong to tenants. Where all have to be, it is.
fn has_its_parent(table: &LaidTable, tables: &[LaidTable]) -> bool {
    match &table.ownership {
        Ownership::Parent(link) | Ownership::Link(link) => {
            tables.iter().any(|other| other.schema == link.schema && other.name == link.table)
        }
        _ => true,
    }
}

/// The table's number; `None` where there is none of that name.
async fn relation(session: &Session, schema: &str, name: &str) -> Result<Option<u32>, OperateError> {
    let query = "SELECT c.oid, c.relkind IN ('r', 'p') FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                  WHERE n.nspname = $1 AND c.relname = $2";
    let row = session.client().query_opt(query, &[&schema, &name]).await.map_err(database(FAILED))?;
    match row {
        Some(row) if row.get(1) => Ok(Some(row.get(0))),
        Some(_) => Err(OperateError::new(
            OperateErrorKind::Request,
            format!("{schema}.{name} is declared, and is no table in this database but a view or the like"),
        )
        .fix("declare the table itself")),
        None => Ok(None),
    }
}

fn missing(schema: &str, name: &str) -> OperateError {
    OperateError::new(
        OperateErrorKind::Request,
        format!("the declared table {schema}.{name} is not in this database"),
    )
    .fix(
        "look whether it is the right database, run the application's migrations, or write the manifest anew",
    )
}

fn grouped<T>(rows: &[Row], read: fn(&Row) -> T) -> HashMap<u32, Vec<T>> {
    let mut groups: HashMap<u32, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(row.get("relation")).or_default().push(read(row));
    }
    groups
}

fn column(row: &Row) -> Column {
    // In a column of another type, such as a text `INV-7`, its numbers are a part of the values.
    let is_number: bool = row.get("is_number");
    let (sequence, default): (Option<String>, Option<String>) = (row.get("sequence"), row.get("default"));
    Column {
        draws: default.clone().filter(|_| sequence.is_some() && !is_number),
        sequence: sequence.filter(|_| is_number),
        default,
        number: row.get("number"),
        name: row.get("name"),
        sql_type: row.get("sql_type"),
        not_null: row.get("not_null"),
        generated: row.get("generated"),
        identity: row.get("identity"),
        is_uuid: row.get("is_uuid"),
        is_coarse: row.get("is_coarse"),
        is_collated: row.get("is_collated"),
        is_oid: row.get("is_oid"),
    }
}

fn unique(row: &Row) -> Unique {
    Unique {
        name: row.get("name"),
        keys: row.get("keys"),
        columns: row.get("columns"),
        is_plain: row.get("is_plain"),
        predicate: row.get("predicate"),
    }
}

fn foreign_key(row: &Row, members: &HashMap<u32, u32>) -> ForeignKey {
    let of_family = |oid: u32| members.get(&oid).copied().unwrap_or(oid);
    let on_delete = match row.get::<_, String>("on_delete").as_str() {
        "c" => OnDelete::Deleted,
        "n" | "d" => OnDelete::Changed,
        _ => OnDelete::Refused,
    };
    ForeignKey {
        name: row.get("name"),
        from: of_family(row.get("from")),
        from_sql: row.get("from_sql"),
        columns: row.get("columns"),
        to: of_family(row.get("to")),
        to_sql: row.get("to_sql"),
        to_columns: row.get("to_columns"),
        on_delete,
    }
}
