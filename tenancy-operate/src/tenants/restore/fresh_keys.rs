//! Another tenant's keys: which have to be new, and which columns follow them.
//!
//! A key with the tenant in it is the same beside another tenant. One without is unique over all tenants: one of its columns is given
//! anew, and whatever refers to it by a foreign key, or belongs through it, follows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tenancy_core::TenantKey;
use tenancy_rls::Ownership;

use super::request::Scrub;
use super::stage::Staged;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::{Column, LaidTable, Layout, Unique};
use crate::tenants::session::Session;
use crate::tenants::sql;

/// A column whose values were given anew.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreshKey {
    /// `schema.table`.
    pub table: String,
    /// The column.
    pub column: String,
    /// What its values are now.
    pub values: String,
    /// How many.
    pub count: u64,
}

/// A column of a table, by its number.
type Place = (u32, String);

/// What a column's values become.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Source {
    /// The new tenant, where it is the old one.
    Tenant,
    /// What the values of another column, or its own, are given anew.
    Fresh(Place),
}

/// Gives the staged rows the new tenant and new keys.
pub(super) async fn give(
    session: &Session,
    layout: &Layout,
    staged: &[Staged<'_>],
    from: &TenantKey,
    scrub: &[Scrub],
) -> Result<Vec<FreshKey>, OperateError> {
    let plan = Plan::of(layout, staged, scrub)?;
    let mut fresh = Vec::new();
    for (place, source) in &plan.columns {
        if let Source::Fresh(origin) = source
            && origin == place
        {
            fresh.push(map(session, staged, place).await?);
        }
    }
    for (place, source) in &plan.columns {
        let Some(each) = staged.iter().find(|each| each.table.oid == place.0) else { continue };
        let (store, column) = (each.store(), sql::identifier(&place.1));
        let update = match source {
            Source::Tenant => {
                let [from, into] = [from, &layout.tenant].map(|tenant| sql::literal(tenant.as_str()));
                format!("UPDATE {store} AS s SET {column} = {into} WHERE s.{column} = {from}")
            }
            Source::Fresh(origin) => {
                format!(
                    "UPDATE {store} AS s SET {column} = m.new FROM {} AS m WHERE m.old = s.{column}",
                    map_name(layout, origin)
                )
            }
        };
        session.execute(format!("the keys of {} cannot be given anew", each.table.label()), &update).await?;
    }
    Ok(fresh)
}

/// The temporary table from old values of a column to new ones.
fn map_name(layout: &Layout, (oid, column): &Place) -> String {
    let number = layout.table(*oid).and_then(|table| table.column(column)).map_or(0, |column| column.number);
    format!("pg_temp.tenancy_map_{oid}_{number}")
}

async fn map(session: &Session, staged: &[Staged<'_>], place: &Place) -> Result<FreshKey, OperateError> {
    let each = staged.iter().find(|each| each.table.oid == place.0);
    let found = each.and_then(|each| Some((each, each.table.column(&place.1)?)));
    let Some((each, column)) = found else {
        return Err(OperateError::new(
            OperateErrorKind::Request,
            format!("the column {} is not in the export", place.1),
        ));
    };
    let (name, store) = (format!("tenancy_map_{}_{}", place.0, column.number), each.store());
    let (quoted, values) = (sql::identifier(&column.name), anew(column).unwrap_or_default());
    let make = format!(
        "CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT s.{quoted} AS old, s.{quoted} AS new FROM {store} AS s WITH NO DATA"
    );
    let what = format!("new keys for {} cannot be drawn", each.table.label());
    session.run(&what, &make).await?;
    // Drawn in the order of the old ones, so that rows keep their order.
    let fill = format!(
        "INSERT INTO pg_temp.{name} SELECT d.old, {values}
           FROM (SELECT DISTINCT s.{quoted} AS old FROM {store} AS s WHERE s.{quoted} IS NOT NULL ORDER BY 1) AS d"
    );
    let count = session.execute(&what, &fill).await?;
    session.run(&what, &format!("ANALYZE pg_temp.{name}")).await?;
    Ok(FreshKey { table: each.table.label(), column: column.name.clone(), values, count })
}

/// The expression of a column's new values; `None` where it has none.
fn anew(column: &Column) -> Option<String> {
    match (&column.sequence, &column.default) {
        _ if column.generated => None,
        _ if column.draws.is_some() => column.draws.clone(),
        (Some(sequence), _) => {
            Some(format!("pg_catalog.nextval({}::pg_catalog.regclass)", sql::literal(sequence)))
        }
        (None, Some(default)) if column.is_uuid && default.contains('(') => Some(default.clone()),
        _ if column.is_uuid => Some("pg_catalog.gen_random_uuid()".to_owned()),
        _ => None,
    }
}

/// Which columns change.
struct Plan<'a> {
    layout: &'a Layout,
    columns: BTreeMap<Place, Source>,
}

impl<'a> Plan<'a> {
    fn of(layout: &'a Layout, staged: &'a [Staged<'a>], scrub: &[Scrub]) -> Result<Self, OperateError> {
        let mut plan = Self { layout, columns: BTreeMap::new() };
        for table in layout.owned() {
            if let Some(column) = table.tenant_column() {
                plan.columns.insert((table.oid, column.to_owned()), Source::Tenant);
            }
        }
        // What tenant columns refer to is the tenant as well, and so is whatever else refers to that.
        for key in &layout.foreign_keys {
            let places = key.columns.iter().zip(&key.to_columns);
            let tenants: Vec<_> = places
                .filter(|(column, _)| plan.is_tenant(key.from, column))
                .map(|(_, to)| to.clone())
                .collect();
            for column in tenants {
                plan.columns.entry((key.to, column)).or_insert(Source::Tenant);
            }
        }
        plan.follow()?;
        for group in layout.parents_first() {
            for table in group {
                let Some(each) = staged.iter().find(|each| each.table.oid == table.oid) else { continue };
                for unique in &table.uniques {
                    plan.settle(each, unique, scrub)?;
                }
            }
        }
        Ok(plan)
    }

    fn is_tenant(&self, oid: u32, column: &str) -> bool {
        self.columns.get(&(oid, column.to_owned())) == Some(&Source::Tenant)
    }

    /// Sees to it that a key is no other row's.
    fn settle(&mut self, staged: &Staged<'_>, unique: &Unique, scrub: &[Scrub]) -> Result<(), OperateError> {
        let table = staged.table;
        let is_settled = |name: &String| {
            self.columns.contains_key(&(table.oid, name.clone()))
                || scrub.iter().any(|scrub| is_of(scrub, table) && scrub.column == *name)
        };
        // A table's key may be computed from columns that change.
        let is_computed = |name: &&String| table.column(name).is_some_and(|column| column.generated);
        if unique.columns.iter().any(is_settled) || unique.columns.iter().any(|name| is_computed(&name)) {
            return Ok(());
        }
        let refers = |name: &str| {
            self.layout
                .foreign_keys
                .iter()
                .any(|key| key.from == table.oid && key.columns.iter().any(|column| column == name))
        };
        let candidates = unique.columns.iter().filter_map(|name| table.column(name));
        let chosen = candidates.filter(|column| !refers(&column.name)).find(|column| anew(column).is_some());
        let Some(column) = chosen else {
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "the key {} of {} ({}) is unique over all tenants, and nothing says what its values become beside another tenant",
                    unique.name,
                    table.label(),
                    unique.columns.join(", ")
                ),
            )
            .fix(format!(
                "say so: --set {}.{}=EXPRESSION, an expression of SQL over the row",
                table.label(),
                unique.columns.first().map_or("COLUMN", String::as_str)
            )));
        };
        let place = (table.oid, column.name.clone());
        self.columns.insert(place.clone(), Source::Fresh(place));
        self.follow()
    }

    /// What refers to a column that changes, changes with it.
    fn follow(&mut self) -> Result<(), OperateError> {
        loop {
            let mut more = Vec::new();
            for key in &self.layout.foreign_keys {
                for (column, to) in key.columns.iter().zip(&key.to_columns) {
                    more.push(((key.from, column.clone()), (key.to, to.clone())));
                }
            }
            for table in self.layout.owned() {
                if let Ownership::Parent(link) = &table.ownership
                    && let Some(parent) = self.layout.named(&link.schema, &link.table)
                {
                    more.push(((table.oid, link.column.clone()), (parent.oid, link.key.clone())));
                }
            }
            let before = self.columns.len();
            for (place, to) in more {
                let is_ours = self.layout.table(place.0).is_some_and(LaidTable::is_owned);
                if let Some(source) = self.columns.get(&to).cloned().filter(|_| is_ours) {
                    let had = self.columns.entry(place.clone()).or_insert_with(|| source.clone());
                    if *had != source && *had != Source::Fresh(place.clone()) && *had != Source::Tenant {
                        return Err(self.torn(&place));
                    }
                }
            }
            if self.columns.len() == before {
                return Ok(());
            }
        }
    }

    fn torn(&self, (oid, column): &Place) -> OperateError {
        let table = self.layout.table(*oid).map(LaidTable::label).unwrap_or_default();
        OperateError::new(
            OperateErrorKind::Conflict,
            format!("the column {column} of {table} refers to two columns whose values are given anew, and cannot follow both"),
        )
        .fix("restore it as the tenant that it was, into another database")
    }
}

/// Whether a scrub is of that table.
pub(super) fn is_of(scrub: &Scrub, table: &LaidTable) -> bool {
    scrub.table == table.label() || scrub.table == table.name
}
