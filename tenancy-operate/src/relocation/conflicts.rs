//! Keys that other tenants at the destination have already.

use super::error::{Obstacle, RelocationError};
use super::session::{Session, Texts};
use super::sql::{columns, identifier, literal};
use super::tables::Moved;

/// How many values are looked up at once.
pub(super) const PART: usize = 2_000;

/// A unique index at the destination that two tenants can meet in. What excludes, as a key WITHOUT OVERLAPS does since PostgreSQL 18, says so when
/// the rows come.
struct Unique {
    name: String,
    /// What is unique, as SQL over the table's own columns, and the types.
    expressions: Vec<String>,
    types: Vec<String>,
    predicate: Option<String>,
}

/// Looks up the tenant's values of every unique key that does not name the tenant.
pub(super) async fn find(
    source: &Session,
    destination: &Session,
    tables: &[Moved],
    obstacles: &mut Vec<Obstacle>,
) -> Result<(), RelocationError> {
    for table in tables {
        for unique in uniques(destination, table).await? {
            let doing = format!("looking for values of {} that others have", identifier(&unique.name));
            let names: Vec<String> = (0..unique.expressions.len()).map(|index| format!("k{index}")).collect();
            let list = |cast: &str| -> String {
                unique
                    .expressions
                    .iter()
                    .zip(&names)
                    .map(|(expression, name)| format!("({expression}){cast} AS {name}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let condition =
                unique.predicate.as_ref().map(|predicate| format!(" AND ({predicate})")).unwrap_or_default();
            // Alone in its FROM, so that the index's own expressions find the columns without a table's name.
            let query = format!(
                "SELECT {} FROM {} AS r WHERE {}{condition}",
                list("::text"),
                table.source.sql(),
                table.own_at_source
            );
            let meeting: Vec<_> = names.iter().map(|name| format!("o.{name} = v.{name}")).collect();
            let mut parts = source.parts(&doing, &query, PART).await?;
            while let Some(rows) = parts.next().await? {
                let taken = format!(
                    "SELECT count(*), min(concat_ws(', ', {})) FROM {} JOIN (SELECT {} FROM {} AS r WHERE NOT coalesce({}, false){condition}) AS o ON {}",
                    columns("v", names.iter().map(String::as_str)),
                    values("v", &names, &unique.types, &rows),
                    list(""),
                    table.destination.sql(),
                    table.own_at_destination,
                    meeting.join(" AND "),
                );
                let answer = destination.texts(&doing, &taken).await?;
                let mut texts = answer.into_iter().flatten().map(Option::unwrap_or_default);
                let (count, value) = (texts.next().unwrap_or_default(), texts.next().unwrap_or_default());
                if count != "0" && !count.is_empty() {
                    let found = Obstacle::new(
                        format!("{} of {}", identifier(&unique.name), table.destination.sql()),
                        format!("other tenants there have {count} values of the tenant's"),
                        format!(
                            "put the tenant into that key, at both sides, so that each tenant has its own values; or give the tenant's rows other ones in {} \
                             before the move, with what refers to them (\"When numbers meet\" in the documentation of a move)",
                            table.source.sql()
                        ),
                    );
                    obstacles.push(found.of_value(value));
                    break;
                }
            }
        }
    }
    Ok(())
}

async fn uniques(destination: &Session, table: &Moved) -> Result<Vec<Unique>, RelocationError> {
    let tenant = if table.chain.is_empty() { literal(&table.tenant_column) } else { "NULL".to_owned() };
    let query = format!(
        "SELECT c.relname, pg_get_expr(i.indpred, i.indrelid),
                (SELECT json_agg(json_build_array(pg_get_indexdef(i.indexrelid, a.attnum, true), format_type(a.atttypid, a.atttypmod)) ORDER BY a.attnum)
                   FROM pg_attribute AS a WHERE a.attrelid = i.indexrelid AND a.attnum <= i.indnkeyatts)
           FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
          WHERE i.indrelid = {oid} AND i.indisunique AND NOT i.indisexclusion
            AND NOT EXISTS (SELECT FROM pg_attribute AS t WHERE t.attrelid = i.indrelid AND t.attname = {tenant}
                               AND t.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1]))",
        oid = table.destination.oid
    );
    let rows = destination.texts("reading the unique keys", &query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut texts = row.into_iter();
            let mut next = || texts.next().flatten();
            let (name, predicate, parts) = (next().unwrap_or_default(), next(), next().unwrap_or_default());
            let parts: Vec<(String, String)> = serde_json::from_str(&parts).unwrap_or_default();
            let (expressions, types) = parts.into_iter().unzip();
            Unique { name, expressions, types, predicate }
        })
        .collect())
}

/// The columns as texts.
pub(super) fn texts(alias: &str, names: &[String]) -> String {
    names.iter().map(|name| format!("{alias}.{}::text", identifier(name))).collect::<Vec<_>>().join(", ")
}

/// The rows as a table in a FROM, of these types.
pub(super) fn values(alias: &str, names: &[String], types: &[String], rows: &Texts) -> String {
    let list: Vec<_> = rows
        .iter()
        .map(|row| {
            let row: Vec<_> = row
                .iter()
                .zip(types)
                .map(|(value, sql_type)| match value {
                    Some(value) => format!("{}::{sql_type}", literal(value)),
                    None => format!("NULL::{sql_type}"),
                })
                .collect();
            format!("({})", row.join(", "))
        })
        .collect();
    format!("(VALUES {}) AS {alias} ({})", list.join(", "), columns("", names.iter().map(String::as_str)))
}
