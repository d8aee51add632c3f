//! The staged rows, written; and whether they are what they were.

use super::request::{ChangedRows, Triggers};
use super::stage::Staged;
use crate::tenants::error::{OperateError, OperateErrorKind};
use crate::tenants::layout::{LaidTable, Layout};
use crate::tenants::session::Session;
use crate::tenants::sql;
use tenancy_rls::Ownership;

/// What was written into one table.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct RestoredTable {
    /// Its schema.
    pub schema: String,
    /// Its name.
    pub table: String,
    /// How many rows were written.
    pub rows: u64,
    /// How many were there: rows that are seen by links are left as they are.
    #[serde(default, skip_serializing_if = "is_none")]
    pub were_there: u64,
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

pub(super) async fn insert(
    session: &Session,
    layout: &Layout,
    staged: &[Staged<'_>],
    triggers: Triggers,
    changed: ChangedRows,
) -> Result<Vec<RestoredTable>, OperateError> {
    let role = match triggers {
        Triggers::Run => "",
        Triggers::Skip => "; SET LOCAL session_replication_role = replica",
    };
    let set = format!("SET LOCAL search_path = DEFAULT{role}");
    session.run("triggers cannot be left out", &set).await?;
    let mut written = Vec::new();
    // Those that are seen by links come first: links refer to them.
    for each in staged.iter().filter(|each| each.table.is_linked()) {
        written.push(linked(session, each, changed).await?);
    }
    for group in layout.parents_first() {
        let group: Vec<_> =
            staged.iter().filter(|each| group.iter().any(|table| table.oid == each.table.oid)).collect();
        if !group.is_empty() {
            written.extend(together(session, &group).await?);
        }
    }
    // What triggers put off until the end is done now, and compared like the rest.
    session
        .run("what triggers put off cannot be done, and nothing is restored", "SET CONSTRAINTS ALL IMMEDIATE")
        .await?;
    session.run("the search path cannot be set", "SET LOCAL search_path = pg_catalog").await?;
    Ok(written)
}

/// Rows that may be several tenants': those that are missing.
async fn linked(
    session: &Session,
    each: &Staged<'_>,
    changed: ChangedRows,
) -> Result<RestoredTable, OperateError> {
    let insert = format!("{} ON CONFLICT DO NOTHING", statement(each));
    let rows =
        session.execute(format!("the rows of {} cannot be written", each.table.label()), &insert).await?;
    if changed == ChangedRows::Refuse {
        are_as_exported(session, each).await?;
    }
    Ok(restored(each, rows, each.exported.rows.saturating_sub(rows)))
}

/// What the tenant is to see by its links is what it saw: a row of the same key may be another tenant's by now.
async fn are_as_exported(session: &Session, each: &Staged<'_>) -> Result<(), OperateError> {
    let Ownership::Link(link) = &each.table.ownership else { return Ok(()) };
    let (key, written) = (sql::identifier(&link.column), each.written());
    let [exported, there] = ["s.", "r."].map(|row| sql::list(row, written.iter().copied()));
    let query = format!(
        "SELECT count(*) FROM {} AS s WHERE NOT EXISTS
            (SELECT FROM {} AS r WHERE r.{key} = s.{key} AND ROW({exported})::text = ROW({there})::text)",
        each.store(),
        each.table.sql
    );
    let rows = session.rows(format!("the rows of {} cannot be compared", each.table.label()), &query).await?;
    let count: i64 = rows.first().map_or(0, |row| row.get(0));
    if count == 0 {
        return Ok(());
    }
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "{count} rows of {} that the tenant would see by its links are not as they were exported: they were changed since, or are others'",
            each.table.label()
        ),
    )
    .fix("look at them; `--keep-changed-rows` links them as they are now"))
}

/// Tables that refer to each other, in one statement: PostgreSQL looks at foreign keys when it has ended.
async fn together(session: &Session, group: &[&Staged<'_>]) -> Result<Vec<RestoredTable>, OperateError> {
    let inserts: Vec<_> = group
        .iter()
        .enumerate()
        .map(|(place, each)| format!("i{place} AS ({} RETURNING 1)", statement(each)))
        .collect();
    let counts: Vec<_> = (0..group.len()).map(|place| format!("(SELECT count(*) FROM i{place})")).collect();
    let labels = group.iter().map(|each| each.table.label()).collect::<Vec<_>>().join(", ");
    let all = format!("WITH {} SELECT {}", inserts.join(", "), counts.join(", "));
    let rows = session.rows(format!("the rows of {labels} cannot be written, and none are"), &all).await?;
    let count =
        |place| rows.first().map_or(0, |row| u64::try_from(row.get::<_, i64>(place)).unwrap_or_default());
    Ok(group.iter().enumerate().map(|(place, each)| restored(each, count(place), 0)).collect())
}

fn statement(each: &Staged<'_>) -> String {
    let written = each.written();
    let columns = sql::list("", written.iter().copied());
    let values = sql::list("s.", written.iter().copied());
    format!(
        "INSERT INTO {} ({columns}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {} AS s",
        each.table.sql,
        each.store()
    )
}

fn restored(each: &Staged<'_>, rows: u64, were_there: u64) -> RestoredTable {
    RestoredTable { schema: each.table.schema.clone(), table: each.table.name.clone(), rows, were_there }
}

/// Compares what is there with what was to be written, row by row: a trigger may have made something else of it.
pub(super) async fn is_the_same(session: &Session, staged: &[Staged<'_>]) -> Result<(), OperateError> {
    for each in staged.iter().filter(|each| each.table.is_owned()) {
        // What is computed depends on the new keys.
        let compared: Vec<_> =
            each.columns().filter(|column| !column.generated).map(|column| column.name.as_str()).collect();
        let [staged, there] = ["s.", "r."].map(|row| sql::list(row, compared.iter().copied()));
        let own = each.table.own_rows();
        let query = format!(
            "SELECT (SELECT count(*) FROM {store}) - (SELECT count(*) {own}),
                    (SELECT count(*) FROM (SELECT ROW({staged})::text FROM {store} AS s EXCEPT ALL SELECT ROW({there})::text {own}) AS d)",
            store = each.store()
        );
        let rows =
            session.rows(format!("the rows of {} cannot be compared", each.table.label()), &query).await?;
        let Some(row) = rows.first() else { continue };
        let (fewer, different): (i64, i64) = (row.get(0), row.get(1));
        if fewer != 0 || different != 0 {
            let triggers = triggers(session, each.table).await?;
            return Err(OperateError::new(
                OperateErrorKind::Conflict,
                format!(
                    "{different} rows of {} became others when they were written, and nothing was restored: the table has the triggers {}",
                    each.table.label(),
                    if triggers.is_empty() { "of no name".to_owned() } else { triggers.join(", ") }
                ),
            )
            .fix("leave triggers out (`--skip-triggers`, which takes a superuser)"));
        }
    }
    Ok(())
}

async fn triggers(session: &Session, table: &LaidTable) -> Result<Vec<String>, OperateError> {
    let query = format!(
        "SELECT tgname::text FROM pg_trigger WHERE tgrelid = {} AND NOT tgisinternal ORDER BY tgname",
        table.oid
    );
    let rows = session.rows("the triggers cannot be asked for", &query).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Sees to it that the next value of each sequence is none that was written.
///
/// It is not undone where the transaction is: a sequence that has gone on hurts nobody.
pub(super) async fn advance_sequences(session: &Session, staged: &[Staged<'_>]) -> Result<(), OperateError> {
    for each in staged {
        for column in each.columns() {
            let Some(sequence) = &column.sequence else { continue };
            let (name, column) = (sql::literal(sequence), sql::identifier(&column.name));
            let query = format!(
                "SELECT pg_catalog.setval({name}::pg_catalog.regclass, v.value, true)
                   FROM (SELECT CASE WHEN q.seqincrement > 0 THEN max(s.{column}) ELSE min(s.{column}) END::bigint AS value,
                                q.seqincrement > 0 AS grows
                           FROM pg_catalog.pg_sequence AS q LEFT JOIN {} AS s ON true
                          WHERE q.seqrelid = {name}::pg_catalog.regclass GROUP BY q.seqincrement) AS v, {sequence} AS now
                  WHERE v.value IS NOT NULL
                    AND (CASE WHEN v.grows THEN v.value > now.last_value ELSE v.value < now.last_value END
                         OR v.value = now.last_value AND NOT now.is_called)",
                each.store()
            );
            let what = format!(
                "the sequence {sequence} cannot be advanced past the values of {}",
                each.table.label()
            );
            leaves_values(session, each, sequence, &column).await?;
            session.execute(what, &query).await?;
        }
    }
    Ok(())
}

/// How many values of a sequence rows of one tenant may use up at once: no export that `tenancy` wrote has keys so far ahead of it.
const FAR: u64 = 1 << 30;

/// Refuses keys that would leave the other tenants of a table next to none: an export is a file that somebody may have changed.
async fn leaves_values(
    session: &Session,
    each: &Staged<'_>,
    sequence: &str,
    column: &str,
) -> Result<(), OperateError> {
    let query = format!(
        "SELECT v.value::text FROM (SELECT CASE WHEN q.seqincrement > 0 THEN max(s.{column}) ELSE min(s.{column}) END::numeric AS value,
                                     CASE WHEN q.seqincrement > 0 THEN q.seqmax ELSE q.seqmin END::numeric AS last
                                FROM pg_catalog.pg_sequence AS q LEFT JOIN {} AS s ON true
                               WHERE q.seqrelid = {}::pg_catalog.regclass GROUP BY 2, q.seqincrement) AS v, {sequence} AS now
          WHERE abs(v.value - now.last_value) > {FAR} AND abs(v.last - v.value) < abs(v.value - now.last_value)",
        each.store(),
        sql::literal(sequence)
    );
    let rows = session.rows(format!("the values of {sequence} cannot be compared"), &query).await?;
    let Some(row) = rows.first() else { return Ok(()) };
    Err(OperateError::new(
        OperateErrorKind::Conflict,
        format!(
            "{} in the export has the key {}, which would use up most of the values of the sequence {sequence} that all tenants draw from",
            each.table.label(),
            row.get::<_, &str>(0)
        ),
    )
    .fix("take another copy of the export, or restore into another tenant (`--into ID`), which gives such keys anew"))
}
