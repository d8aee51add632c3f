//! Rows that belong to the tenant through others, in schemas where it does not live.
//!
//! A schema of a tenant's own has a copy of the declared tables. A column with the tenant in it is found in any of them by its name;
//! rows that belong through a parent name no tenant, and are found by the declaration.

use std::collections::BTreeMap;

use tenancy_rls::{Ownership, Table, Tables};
use tokio_postgres::Row;

use super::certificate::{Left, LeftWhat};
use crate::tenants::error::{OperateError, database};
use crate::tenants::layout::Layout;
use crate::tenants::layout::access::hides_nothing;
use crate::tenants::session::Session;

/// How many tables one query counts.
const BATCH: usize = 50;

/// Types that a tenant's id is compared with as a text.
const TEXTS: [&str; 2] = ["text", "character varying"];

/// A table of a declared name in another schema.
struct Copy {
    columns: Vec<String>,
    types: Vec<String>,
    may_look: bool,
    is_known: bool,
}

impl Copy {
    fn read(row: &Row) -> Self {
        Self {
            columns: row.get("columns"),
            types: row.get("types"),
            may_look: row.get("may_look"),
            is_known: row.get("is_known"),
        }
    }

    fn type_of(&self, column: &str) -> Option<&str> {
        let place = self.columns.iter().position(|name| name == column)?;
        self.types.get(place).map(String::as_str)
    }
}

/// The tables of a schema, by their names.
type Schema = BTreeMap<String, Copy>;

/// Looks for them. Row security is on.
pub(super) async fn find(
    session: &Session,
    tables: &Tables,
    layout: &Layout,
) -> Result<Vec<Left>, OperateError> {
    let schemas = schemas(session, tables, layout).await?;
    let mut counts = Vec::new();
    let mut left = Vec::new();
    for (schema, copies) in &schemas {
        let there = tables.clone().tenant_tables_in_schema(schema);
        for table in there.iter().filter(|table| there.schema_of(table) == schema) {
            let Ownership::Parent(link) = there.ownership_of(table) else { continue };
            let Some(may_look) = belongs_there(&there, table, &schemas, layout) else { continue };
            if copies.get(table.name()).is_none_or(|copy| copy.is_known) {
                continue;
            }
            let found = |rows| other_place(schema, table.name(), &link.column, rows);
            match there.own_rows(table, layout.tenant.as_str(), "x") {
                Some(own) if may_look => counts.push((found(Some(0)), own)),
                Some(_) => left.push(found(None)),
                None => {}
            }
        }
    }
    for batch in counts.chunks(BATCH) {
        left.extend(counted(session, batch).await?);
    }
    Ok(left)
}

/// The schemas with tables of the declared names, by the schemas' names.
async fn schemas(
    session: &Session,
    tables: &Tables,
    layout: &Layout,
) -> Result<BTreeMap<String, Schema>, OperateError> {
    let query = format!(
        "SELECT n.nspname::text AS schema, c.relname::text AS table, c.oid = ANY ($2) AS is_known,
                has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND {} AS may_look,
                array_agg(a.attname::text ORDER BY a.attnum) AS columns,
                array_agg(format_type(a.atttypid, NULL) ORDER BY a.attnum) AS types
           FROM pg_class AS c
           JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'tenancy')
           JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
          WHERE c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND c.relname = ANY ($1)
          GROUP BY n.oid, n.nspname, c.oid, c.relname, c.relrowsecurity",
        hides_nothing()
    );
    let names: Vec<&str> = tables.iter().map(Table::name).collect();
    let rows = session.client().query(&query, &[&names, &layout.owned_with_members()]).await;
    let mut schemas: BTreeMap<String, Schema> = BTreeMap::new();
    for row in rows.map_err(database("the tables of other schemas cannot be looked at"))? {
        schemas.entry(row.get("schema")).or_default().insert(row.get("table"), Copy::read(&row));
    }
    Ok(schemas)
}

/// Whether this role may look into the tables by which rows of `table` belong to tenants; `None` where they are not there, or are others
/// of these names.
fn belongs_there(
    tables: &Tables,
    table: &Table,
    schemas: &BTreeMap<String, Schema>,
    layout: &Layout,
) -> Option<bool> {
    let copy_of = |table: &Table| schemas.get(tables.schema_of(table))?.get(table.name());
    let copy = copy_of(table)?;
    match tables.ownership_of(table) {
        Ownership::Column { column, .. } => {
            let of_tenants = |of: &str| {
                of == layout.tenant_type
                    || TEXTS.contains(&of) && TEXTS.contains(&layout.tenant_type.as_str())
            };
            copy.type_of(&column).filter(|of| of_tenants(of)).map(|_| copy.may_look)
        }
        Ownership::Parent(link) => {
            let is_parent =
                |other: &&Table| other.name() == link.table && tables.schema_of(other) == link.schema;
            let parent = tables.iter().find(is_parent)?;
            let key = copy_of(parent)?.type_of(&link.key)?;
            if copy.type_of(&link.column)? != key {
                return None;
            }
            Some(belongs_there(tables, parent, schemas, layout)? && copy.may_look)
        }
        _ => None,
    }
}

fn other_place(schema: &str, table: &str, column: &str, rows: Option<u64>) -> Left {
    let why = match rows {
        Some(_) => {
            "its rows belong to the tenant through their parents, and the tenant does not live in this schema"
        }
        None => "this role may not look into it, or into what its rows belong through: look as another",
    };
    Left {
        schema: schema.to_owned(),
        table: table.to_owned(),
        columns: vec![column.to_owned()],
        rows,
        what: LeftWhat::OtherPlace,
        why: why.to_owned(),
        elsewhere: None,
    }
}

/// Those of these tables in which there are rows.
async fn counted(session: &Session, batch: &[(Left, String)]) -> Result<Vec<Left>, OperateError> {
    let counts = batch.iter().enumerate().map(|(place, (left, own))| {
        let table = crate::tenants::sql::qualified(&left.schema, &left.table);
        format!("SELECT {place}, count(*) FROM {table} AS x WHERE {own}")
    });
    let query = counts.collect::<Vec<_>>().join(" UNION ALL ");
    let mut found = Vec::new();
    for row in session.rows("the rows of other schemas cannot be counted", &query).await? {
        let (place, rows) = (row.get::<_, i32>(0), u64::try_from(row.get::<_, i64>(1)).unwrap_or_default());
        let left = usize::try_from(place).ok().and_then(|place| batch.get(place));
        found.extend(left.filter(|_| rows > 0).map(|(left, _)| Left { rows: Some(rows), ..left.clone() }));
    }
    Ok(found)
}
