//! What the rows say: those of nobody, those whose parents disagree.

use std::collections::BTreeMap;

use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl as _};
use serde::Serialize;

use super::catalog::{Catalog, Name, quoted};
use super::decisions::Decisions;
use super::judge::Verdicts;
use super::verdict::{Verdict, Way};
use crate::failure::Failure;

/// A foreign key between two tables of tenants, beside the one by which the row's tenant is found.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Edge {
    pub(crate) foreign_key: String,
    pub(crate) column: String,
    pub(crate) parent: Name,
    /// Rows whose tenant is another than the parent's.
    pub(crate) disagreeing: i64,
    /// The key of one of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) example: Option<String>,
}

/// What was counted of a table.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Rows {
    pub(crate) all: i64,
    /// Those whose tenant is NULL, or cannot be found.
    pub(crate) of_nobody: i64,
    /// Those whose tenant is not in the tenants' own table.
    pub(crate) of_strangers: i64,
    pub(crate) edges: Vec<Edge>,
}

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = BigInt)]
    of_nobody: i64,
    #[diesel(sql_type = BigInt)]
    of_strangers: i64,
}

#[derive(QueryableByName)]
struct Disagreeing {
    #[diesel(sql_type = BigInt)]
    rows: i64,
    #[diesel(sql_type = Nullable<Text>)]
    example: Option<String>,
}

/// The tenant of the row `alias` of a table as an expression: of what is there, or, with `after`, of what the migrations have added as well.
pub(crate) fn tenant_of(verdicts: &Verdicts, name: &Name, alias: &str, after: bool) -> Option<String> {
    let verdict = verdicts.get(name)?;
    if let Some(column) = verdict.tenant_column().filter(|_| after || verdict.way().is_none()) {
        return Some(format!("{alias}.{}", quoted(column)));
    }
    let way = verdict.way()?;
    tenant_by(verdicts, way, &format!("{alias}.{}", quoted(&way.column)), alias, after)
}

/// The tenant of the parent to which `value` refers.
pub(crate) fn tenant_by(
    verdicts: &Verdicts,
    way: &Way,
    value: &str,
    alias: &str,
    after: bool,
) -> Option<String> {
    let parent = format!("{alias}p");
    let tenant = tenant_of(verdicts, &way.parent, &parent, after)?;
    let (table, key) = (way.parent.sql(), quoted(&way.key));
    // Otherwise the key's index may not serve.
    let cast = way.cast.as_ref().map(|cast| format!("::{cast}")).unwrap_or_default();
    Some(format!("(SELECT {tenant} FROM {table} AS {parent} WHERE {parent}.{key} = {value}{cast})"))
}

/// Counts each table of tenants. It reads every row of them.
pub(crate) async fn count(
    connection: &mut AsyncPgConnection,
    catalog: &Catalog,
    verdicts: &Verdicts,
    decisions: &Decisions,
    known: &mut BTreeMap<Name, (Verdict, Rows)>,
) -> Result<(), Failure> {
    for (name, verdict) in verdicts.iter().filter(|(_, verdict)| verdict.is_of_a_tenant()) {
        if known.get(name).is_some_and(|(before, _)| before == verdict) {
            continue;
        }
        let rows = table(connection, catalog, verdicts, decisions, name).await.map_err(|error| {
            Failure::new(format!("the rows of {name} cannot be counted"))
                .because(error)
                .fix("connect as a role that reads all tables; --skip-rows looks at no rows")
        })?;
        known.insert(name.clone(), (verdict.clone(), rows));
    }
    Ok(())
}

async fn table(
    connection: &mut AsyncPgConnection,
    catalog: &Catalog,
    verdicts: &Verdicts,
    decisions: &Decisions,
    name: &Name,
) -> diesel::QueryResult<Rows> {
    let Some(tenant) = tenant_of(verdicts, name, "t", false) else { return Ok(Rows::default()) };
    let verdict = &verdicts[name];
    let from = name.sql();
    let strangers = match decisions
        .tenants
        .as_ref()
        .and_then(|tenants| Some((tenants, verdicts.get(tenants)?)))
    {
        Some((tenants, Verdict::Tenants { column })) if verdict.way().is_none() && tenants != name => {
            format!(
                "count(*) FILTER (WHERE {tenant} IS NOT NULL AND NOT EXISTS (SELECT FROM {} AS tenant WHERE tenant.{} = {tenant}))",
                tenants.sql(),
                quoted(column),
            )
        }
        _ => "0::bigint".to_owned(),
    };
    let counted: Counted = sql_query(format!(
        "SELECT count(*) AS rows, count(*) FILTER (WHERE {tenant} IS NULL) AS of_nobody, {strangers} AS of_strangers FROM {from} AS t"
    ))
    .get_result(connection)
    .await?;
    let mut rows = Rows {
        all: counted.rows,
        of_nobody: counted.of_nobody,
        of_strangers: counted.of_strangers,
        edges: Vec::new(),
    };
    let key = catalog.tables.get(name).map(super::catalog::Table::primary_key).unwrap_or_default();
    let example = match key {
        [] => "t::text".to_owned(),
        columns => format!(
            "concat_ws(', ', {})",
            columns.iter().map(|column| format!("t.{}", quoted(column))).collect::<Vec<_>>().join(", ")
        ),
    };
    for foreign_key in catalog.of_child(name) {
        let Some((column, parent_key)) = foreign_key.single() else { continue };
        let is_way = verdict.way().is_some_and(|way| way.foreign_key == foreign_key.name);
        let is_tenant = verdict.tenant_column() == Some(column);
        if is_way || is_tenant {
            continue;
        }
        let way = Way::of(catalog, foreign_key, column, parent_key);
        let value = format!("t.{}", quoted(column));
        let Some(other) = tenant_by(verdicts, &way, &value, "q", false) else { continue };
        let counted: Disagreeing = sql_query(format!(
            "SELECT count(*) AS rows, btrim(min({example})) AS example FROM {from} AS t WHERE {value} IS NOT NULL AND {tenant} IS DISTINCT FROM {other}"
        ))
        .get_result(connection)
        .await?;
        rows.edges.push(Edge {
            foreign_key: foreign_key.name.clone(),
            column: column.to_owned(),
            parent: foreign_key.parent.clone(),
            disagreeing: counted.rows,
            // It stands in a line of the report, and of a comment.
            example: counted.example.map(|key| key.replace(char::is_control, " ")),
        });
    }
    Ok(rows)
}

/// A column that may be NULL, of a table of which no rows were seen.
fn nothing_known(name: &Name, column: &str) -> Verdict {
    Verdict::undecided(
        format!("{column} may be NULL, and no rows were seen that tell what that means"),
        format!(
            "look at a database with rows; or, if NULL is everybody's, --shared {name}, and if it is never meant, --not-null {name}"
        ),
    )
}

/// What is left open where nobody looks at rows.
pub(crate) fn unseen(verdicts: &Verdicts, decisions: &Decisions) -> Verdicts {
    let open = verdicts.iter().filter_map(|(name, verdict)| match verdict {
        Verdict::Owned { column, not_null: false } if !decisions.not_null.contains(name) => {
            Some((name.clone(), nothing_known(name, column)))
        }
        _ => None,
    });
    open.collect()
}

/// What the rows make of verdicts: nobody's rows, and parents that disagree, are for a person.
pub(crate) fn objections(
    verdicts: &Verdicts,
    decisions: &Decisions,
    known: &BTreeMap<Name, (Verdict, Rows)>,
) -> Verdicts {
    let mut found = Verdicts::new();
    for (name, verdict) in verdicts {
        let Some((_, rows)) = known.get(name) else { continue };
        let objection = match verdict {
            Verdict::Owned { column, not_null: false }
                if rows.all == 0 && !decisions.not_null.contains(name) =>
            {
                Some(nothing_known(name, column))
            }
            Verdict::Owned { column, .. } if rows.of_nobody > 0 => Some(Verdict::undecided(
                format!("{column} is NULL in {} of {} rows", rows.of_nobody, rows.all),
                format!("if those are everybody's, --shared {name}; otherwise fill them"),
            )),
            Verdict::Column { way, .. } | Verdict::Through { way } if rows.of_nobody > 0 => {
                Some(Verdict::undecided(
                    format!("{} of {} rows lead to no tenant by {}", rows.of_nobody, rows.all, way.column),
                    "give those rows a parent, or erase them; if they are everybody's or somebody else's, the table has two kinds of rows and is declared by hand",
                ))
            }
            Verdict::Column { way, .. } | Verdict::Through { way } if !decisions.by.contains_key(name) => {
                rows.edges.iter().find(|edge| edge.disagreeing > 0).map(|edge| {
                    Verdict::undecided(
                        format!(
                            "{} rows are of one tenant by {} and of another by {}, such as {}",
                            edge.disagreeing,
                            way.column,
                            edge.column,
                            edge.example.as_deref().unwrap_or("?"),
                        ),
                        format!(
                            "mend them, or say which owns the row: --by {name}={} or --by {name}={}",
                            way.column, edge.column
                        ),
                    )
                })
            }
            _ => None,
        };
        found.extend(objection.map(|objection| (name.clone(), objection)));
    }
    // What belongs to one of these follows from it, and is judged again.
    let follows = |name: &Name| {
        let mut at = name;
        while let Some(way) = verdicts.get(at).and_then(Verdict::way) {
            if found.contains_key(&way.parent) {
                return true;
            }
            at = &way.parent;
        }
        false
    };
    found
        .iter()
        .filter(|(name, _)| !follows(name))
        .map(|(name, verdict)| (name.clone(), verdict.clone()))
        .collect()
}
