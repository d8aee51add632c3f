//! What stands in the way of rows, named before any is written.

use super::request::Triggers;
use super::stage::Staged;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::{LaidTable, Layout, Unique};
use crate::tenants::session::Session;

/// How many keys an error has, for whoever asks to see them.
const SHOWN: usize = 5;

/// The tables in which the tenant has rows, each with how many.
pub(super) async fn rows_there(session: &Session, layout: &Layout) -> Result<Vec<String>, OperateError> {
    let mut there = Vec::new();
    for table in layout.owned() {
        let query = format!("SELECT count(*) {}", table.own_rows());
        let rows = session.rows(format!("the rows of {} cannot be counted", table.label()), &query).await?;
        let count: i64 = rows.first().map_or(0, |row| row.get(0));
        if count > 0 {
            there.push(format!("{} ({count})", table.label()));
        }
    }
    Ok(there)
}

/// Refuses where the tenant has rows.
pub(in crate::tenants) async fn no_rows(session: &Session, layout: &Layout) -> Result<(), OperateError> {
    let there = rows_there(session, layout).await?;
    if there.is_empty() {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!("the tenant {:?} has rows already: {}", layout.tenant.as_str(), there.join(", ")),
    )
    .fix("erase it first, or restore into another tenant (`--into ID`)"))
}

/// Refuses where rows of others have a key that these rows have.
pub(super) async fn no_key_is_taken(session: &Session, staged: &[Staged<'_>]) -> Result<(), OperateError> {
    let (mut taken, mut values) = (Vec::new(), Vec::new());
    for each in staged.iter().filter(|each| each.table.is_owned()) {
        for unique in each.table.uniques.iter().filter(|unique| !has_the_tenant(each.table, unique)) {
            let keys = taken_keys(session, each, unique).await?;
            if !keys.is_empty() {
                let key = format!("{} by {}", each.table.label(), unique.name);
                values.push(format!("{key}: {}", shown(&keys)));
                taken.push(key);
            }
        }
    }
    if taken.is_empty() {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!("rows of others have keys that the restored rows would have: {}", taken.join("; ")),
    )
    .values_are(values.join("; "))
    .fix("restore into another tenant (`--into ID`), which gives such keys anew, or set the column (`--set TABLE.COLUMN=EXPRESSION`)"))
}

/// Whether rows of others have other keys, whatever is in them; and the tenant has none here. On Citus every key is such a one, and a query that asked
/// would be none that it plans.
fn has_the_tenant(table: &LaidTable, unique: &Unique) -> bool {
    unique.is_plain
        && table.tenant_column().is_some_and(|tenant| unique.columns.iter().any(|column| column == tenant))
}

async fn taken_keys(
    session: &Session,
    staged: &Staged<'_>,
    unique: &Unique,
) -> Result<Vec<String>, OperateError> {
    // A column that the export lacks has its default, and one that is computed is computed anew: what it is then, the database says.
    if !unique
        .columns
        .iter()
        .all(|name| staged.columns().any(|column| column.name == *name && !column.generated))
    {
        return Ok(Vec::new());
    }
    let named: Vec<_> =
        unique.keys.iter().enumerate().map(|(place, key)| format!("{key} AS k{place}")).collect();
    let equal: Vec<_> = (0..named.len()).map(|place| format!("s.k{place} = t.k{place}")).collect();
    let condition =
        unique.predicate.as_ref().map(|predicate| format!(" WHERE {predicate}")).unwrap_or_default();
    let (named, equal) = (named.join(", "), equal.join(" AND "));
    let query = format!(
        "SELECT s::text FROM (SELECT {named} FROM {}{condition}) AS s
          WHERE EXISTS (SELECT FROM (SELECT {named} FROM {}{condition}) AS t WHERE {equal}) LIMIT {}",
        staged.store(),
        staged.table.sql,
        SHOWN + 1
    );
    let what = format!("the keys of {} cannot be compared", staged.table.label());
    Ok(session.rows(what, &query).await?.iter().map(|row| row.get(0)).collect())
}

/// Refuses where rows refer to rows that will not be there, or are another tenant's.
///
/// Where the database's own triggers do not run, the rows of others that are referred to are locked as a foreign key locks them.
pub(super) async fn nothing_is_missing(
    session: &Session,
    layout: &Layout,
    staged: &[Staged<'_>],
    triggers: Triggers,
) -> Result<(), OperateError> {
    let (mut missing, mut values) = (Vec::new(), Vec::new());
    for each in staged.iter().filter(|each| each.table.is_owned()) {
        for key in layout.foreign_keys.iter().filter(|key| key.from == each.table.oid) {
            if !key.columns.iter().all(|name| each.columns().any(|column| column.name == *name)) {
                continue;
            }
            let given = key
                .columns
                .iter()
                .map(|name| format!("s.{} IS NOT NULL", crate::tenants::sql::identifier(name)));
            let given = given.collect::<Vec<_>>().join(" AND ");
            let in_stage = staged.iter().find(|other| other.table.oid == key.to).map(|other| {
                format!(" AND NOT EXISTS (SELECT FROM {} AS p WHERE {})", other.store(), key.refers("s", "p"))
            });
            let shared = shared(layout.table(key.to));
            let refers = key.refers("s", "p");
            let lock = format!(
                "SELECT 1 FROM {} AS p WHERE {shared} AND EXISTS (SELECT FROM {} AS s WHERE {refers}) FOR KEY SHARE",
                key.to_sql,
                each.store()
            );
            if shared != "false" && triggers == Triggers::Skip {
                session
                    .execute(
                        format!("the rows of {} that are referred to cannot be locked", key.to_sql),
                        &lock,
                    )
                    .await?;
            }
            let columns = crate::tenants::sql::list("s.", key.columns.iter().map(String::as_str));
            let query = format!(
                "SELECT DISTINCT ROW({columns})::text FROM {} AS s WHERE {given}{}
                    AND NOT EXISTS (SELECT FROM {} AS p WHERE {shared} AND {refers}) LIMIT {}",
                each.store(),
                in_stage.unwrap_or_default(),
                key.to_sql,
                SHOWN + 1
            );
            let what = format!("what the rows of {} refer to cannot be looked for", each.table.label());
            let keys: Vec<String> = session.rows(what, &query).await?.iter().map(|row| row.get(0)).collect();
            if !keys.is_empty() {
                let from = each.table.label();
                values.push(format!("{} of {}", shown(&keys), key.to_sql));
                missing
                    .push(format!("those of {}, to which rows of {from} refer by {}", key.to_sql, key.name));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "rows that the export refers to are not here, or are another tenant's: {}",
            missing.join("; ")
        ),
    )
    .values_are(values.join("; "))
    .fix("make them first; where they are made by the application, `--hook` may do so at the step `created`"))
}

/// The condition of the rows of a table, which go by `p`, that rows of any tenant may refer to.
fn shared(table: Option<&LaidTable>) -> String {
    match table {
        // Of a table of tenants only what all share. Its own rows are in the export.
        Some(table) if table.is_owned() => match &table.ownership {
            tenancy_rls::Ownership::Column { column, shared: Some(follows) } => {
                format!("(p.{}{follows})", crate::tenants::sql::identifier(column))
            }
            _ => "false".to_owned(),
        },
        _ => "true".to_owned(),
    }
}

fn shown(keys: &[String]) -> String {
    let more = if keys.len() > SHOWN { ", …" } else { "" };
    format!("{}{more}", keys.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", "))
}
