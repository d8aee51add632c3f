//! Whether a place is ready for a tenant: the application's tables are there, as migrated and as walled as the shared ones, and nobody's rows.

use tenancy_core::TenantKey;
use tenancy_core::placement::{Placement, SchemaName};
use tenancy_pool::placement::DatabaseName;
use tenancy_rls::{Ownership, Table, Tables};

use super::migrated;
use crate::place_in_words::named;
use crate::tenants::error::{OperateError, OperateErrorKind, database};
use crate::tenants::layout::{LaidTable, Layout};
use crate::tenants::residence::Residence;
use crate::tenants::restore::conflicts::no_rows;
use crate::tenants::session::Session;
use crate::tenants::sql;

/// A declared table, as a database has it.
struct Found {
    label: String,
    columns: Vec<String>,
    /// Row security is on, for its owner too.
    is_walled: bool,
}

/// Refuses a place that lacks something of what the application needs there. Of the shared tables the layout says it.
pub(in crate::tenants) async fn is_ready(
    home: &Session,
    declared: &Tables,
    residence: &Residence<'_>,
) -> Result<(), OperateError> {
    let place = residence.placement();
    if *place == Placement::Shared {
        return Ok(());
    }
    let refused = |reason: String, fix: String| {
        OperateError::new(OperateErrorKind::Request, format!("{} {reason}", named(place))).fix(fix)
    };
    if let Some(schema) = place.schema() {
        let owned = |table: &Table| declared.ownership_of(table) != Ownership::Global;
        if declared.iter().any(|table| owned(table) && declared.schema_of(table) == schema.as_str()) {
            return Err(refused(
                "has the tables that tenants share".to_owned(),
                "name a schema of the tenant's own".to_owned(),
            ));
        }
        if !schema_is_there(residence.session(), schema).await? {
            return Err(refused("is not there".to_owned(), to_make(place)));
        }
    }
    let there = found(residence.session(), residence.tables()).await?;
    let tables = residence.tables();
    let missing: Vec<_> = tables
        .iter()
        .zip(&there)
        .filter(|(_, found)| found.is_none())
        .map(|(table, _)| format!("{}.{}", tables.schema_of(table), table.name()))
        .collect();
    if !missing.is_empty() {
        return Err(refused(format!("lacks declared tables: {}", missing.join(", ")), to_make(place)));
    }
    let there: Vec<Found> = there.into_iter().flatten().collect();
    let lacking: Vec<_> = declared
        .iter()
        .zip(&there)
        .flat_map(|(table, found)| {
            let lacks = |name: &&str| !found.columns.iter().any(|column| column == name);
            table.columns().filter(lacks).map(|name| format!("{}.{name}", found.label)).collect::<Vec<_>>()
        })
        .collect();
    if !lacking.is_empty() {
        return Err(refused(
            format!("is not migrated, and lacks declared columns: {}", lacking.join(", ")),
            to_migrate(place),
        ));
    }
    if let Some(behind) = migrated::behind(home, residence).await? {
        return Err(refused(format!("is not migrated: {behind}"), to_migrate(place)));
    }
    let here = found(home, declared).await?;
    let bare: Vec<_> = there
        .iter()
        .zip(&here)
        .filter(|(there, here)| here.as_ref().is_some_and(|here| here.is_walled) && !there.is_walled)
        .map(|(there, _)| there.label.clone())
        .collect();
    if !bare.is_empty() {
        return Err(refused(
            format!(
                "is not behind the wall that the shared tables are behind: {} without forced row-level security",
                bare.join(", ")
            ),
            to_wall(place),
        ));
    }
    Ok(())
}

/// Refuses where the tenant has rows already, there or in shared tables, and a schema with rows of others.
pub(super) async fn is_free(
    home: &Session,
    declared: &Tables,
    residence: &Residence<'_>,
    tenant: &TenantKey,
) -> Result<(), OperateError> {
    let own_rows = async |session: &Session, layout: &Layout| {
        let rows = no_rows(session, layout).await;
        rows.map_err(|error| match error.kind() {
            OperateErrorKind::Conflict => error.fix("erase those first, or take another id"),
            _ => error,
        })
    };
    let there = residence.session();
    if *residence.placement() != Placement::Shared {
        own_rows(home, &Layout::read_present(home, declared, tenant).await?).await?;
        if residence.elsewhere().is_some() {
            own_rows(there, &Layout::read_present(there, declared, tenant).await?).await?;
        }
    }
    let layout = residence.layout(tenant).await?;
    own_rows(there, &layout).await?;
    let Some(schema) = residence.placement().schema() else { return Ok(()) };
    let mut others = Vec::new();
    for table in layout.owned().filter(|table| table.schema == schema.as_str()) {
        if has_rows_of_others(there, table).await? {
            others.push(table.label());
        }
    }
    if others.is_empty() {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!("{} has rows of others: {}", named(residence.placement()), others.join(", ")),
    )
    .fix("give the tenant a schema without rows of anybody's: whose these are, the catalog does not know"))
}

/// Rows that all tenants share are nobody's.
async fn has_rows_of_others(there: &Session, table: &LaidTable) -> Result<bool, OperateError> {
    let (Some(own), Ownership::Column { column, shared }) = (&table.own, &table.ownership) else {
        // They belong through a table that is asked.
        return Ok(false);
    };
    let nobodys = match shared {
        Some(follows) => format!(" AND (r.{}{follows}) IS NOT TRUE", sql::identifier(column)),
        None => String::new(),
    };
    let query = format!("SELECT EXISTS (SELECT FROM {} AS r WHERE ({own}) IS NOT TRUE{nobodys})", table.sql);
    let rows = there.rows(format!("the rows of {} cannot be looked at", table.label()), &query).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

async fn schema_is_there(there: &Session, schema: &SchemaName) -> Result<bool, OperateError> {
    let query = format!("SELECT to_regnamespace({}) IS NOT NULL", sql::literal(&schema.quoted()));
    let rows = there.rows(format!("the schema {schema} cannot be looked for"), &query).await?;
    Ok(rows.first().is_some_and(|row| row.get(0)))
}

/// The declared tables in their order, each where it is there.
async fn found(session: &Session, tables: &Tables) -> Result<Vec<Option<Found>>, OperateError> {
    let (schemas, names): (Vec<&str>, Vec<&str>) =
        tables.iter().map(|table| (tables.schema_of(table), table.name())).unzip();
    let query = "SELECT d.place, format('%s.%s', d.schema, d.name) AS label, c.relrowsecurity AND c.relforcerowsecurity AS walled,
                        ARRAY(SELECT a.attname::text FROM pg_attribute AS a
                               WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
                   FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS d (schema, name, place)
                   JOIN pg_namespace AS n ON n.nspname = d.schema
                   JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = d.name";
    let rows = session.client().query(query, &[&schemas, &names]).await;
    let rows = rows.map_err(database("the declared tables cannot be looked for"))?;
    let mut found: Vec<Option<Found>> = schemas.iter().map(|_| None).collect();
    for row in rows {
        let place: i64 = row.get("place");
        let at = usize::try_from(place - 1).ok().and_then(|at| found.get_mut(at));
        if let Some(at) = at {
            let (label, columns, is_walled) = (row.get("label"), row.get("columns"), row.get("walled"));
            *at = Some(Found { label, columns, is_walled });
        }
    }
    Ok(found)
}

/// What makes a place: its tables, and their wall.
fn to_make(place: &Placement<DatabaseName>) -> String {
    match target(place) {
        Some(target) => format!(
            "make it by the application's migrations (`tenancy migrate run --schema {target} --create-schemas`), and then its wall: {}",
            to_wall(place)
        ),
        None => format!("{}, and then the wall's: {}", to_migrate(place), to_wall(place)),
    }
}

fn to_migrate(place: &Placement<DatabaseName>) -> String {
    match target(place) {
        Some(target) => {
            format!("run the application's migrations there: `tenancy migrate run --schema {target}`")
        }
        None => "run the application's migrations in that database, as its tables' owner".to_owned(),
    }
}

fn to_wall(place: &Placement<DatabaseName>) -> String {
    let at = match place.schema() {
        Some(schema) => format!(" --tenant-schema {schema}"),
        None => String::new(),
    };
    format!("run there what `tenancy wall migration{at}` writes for it")
}

/// The schema as `tenancy migrate` takes it.
fn target(place: &Placement<DatabaseName>) -> Option<String> {
    let schema = place.schema()?;
    Some(match place.database() {
        Some(database) => format!("{database}/{schema}"),
        None => schema.to_string(),
    })
}
