//! Whether both sides have the same rows, and the destination all that they refer to.

use serde::Serialize;

use super::error::{Obstacle, RelocationError};
use super::follow::Objects;
use super::session::Session;
use super::sql::{columns, identifier, qualified};
use super::tables::Moved;

/// The rows of one table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Checked {
    /// The table at the source, quoted and qualified.
    pub table: String,
    /// How many rows of the tenant each side has.
    pub rows: u64,
    /// What they add up to: the first 128 bits of each row's SHA-256, in two halves, each summed. The order of the rows does not matter, and
    /// a row that is there twice does.
    pub checksum: String,
}

/// Counts and adds up the rows of each table.
async fn sums(session: &Session, tables: &[Moved], at_source: bool) -> Result<Vec<Checked>, RelocationError> {
    let mut checked = Vec::new();
    for table in tables {
        let (name, own) = if at_source {
            (table.source.sql(), &table.own_at_source)
        } else {
            (table.destination.sql(), &table.own_at_destination)
        };
        // By name: the columns may stand in another order at the other side.
        let row = columns("r", table.source.columns.iter().map(|column| column.name.as_str()));
        let half =
            |from: u32| format!("('x' || encode(substr(s.sum, {from}, 8), 'hex'))::bit(64)::bigint::numeric");
        let query = format!(
            "SELECT count(*), concat_ws(':', coalesce(sum({}), 0), coalesce(sum({}), 0))
               FROM (SELECT sha256(convert_to(ROW({row})::text, 'UTF8')) AS sum FROM {name} AS r WHERE {own}) AS s",
            half(1),
            half(9),
        );
        let rows = session.texts(&format!("adding up the rows of {name}"), &query).await?;
        let mut texts = rows.into_iter().flatten().map(Option::unwrap_or_default);
        let rows = texts.next().and_then(|count| count.parse().ok()).unwrap_or_default();
        checked.push(Checked { table: table.label(), rows, checksum: texts.next().unwrap_or_default() });
    }
    Ok(checked)
}

/// Counts and adds up the rows of both sides at once. The reader is in the snapshot that was brought, and nobody else writes the tenant's rows at
/// the destination.
pub(super) async fn compare(
    reader: &Session,
    writer: &Session,
    tables: &[Moved],
) -> Result<Result<Vec<Checked>, Vec<Obstacle>>, RelocationError> {
    let (source, destination) =
        futures_util::try_join!(sums(reader, tables, true), sums(writer, tables, false))?;
    let different: Vec<_> = source
        .iter()
        .zip(&destination)
        .filter(|(one, other)| one != other)
        .map(|(one, other)| {
            Obstacle::new(
                one.table.clone(),
                format!(
                    "the source has {} rows that add up to {}, and the destination {} that add up to {}",
                    one.rows, one.checksum, other.rows, other.checksum
                ),
                "find what writes there and is not followed: another program at the destination, or one that disables triggers at the source",
            )
        })
        .collect();
    Ok(if different.is_empty() { Ok(source) } else { Err(different) })
}

/// Writes down as changed what differs, so that it is brought again: every row of those tables, of either side.
pub(super) async fn mark_all(
    reader: &Session,
    writer: &Session,
    objects: &Objects,
    tables: &[Moved],
    different: &[Obstacle],
) -> Result<(), RelocationError> {
    for table in
        tables.iter().filter(|table| different.iter().any(|obstacle| obstacle.object == table.label()))
    {
        let doing = format!("bringing the rows of {} again", table.label());
        let keys = |own: &str, name: &str| {
            format!(
                "SELECT {}, jsonb_build_array({}) FROM {name} AS r WHERE {own}",
                table.number,
                columns("r", table.key())
            )
        };
        let changes = format!("{} (relation, key)", objects.changes());
        let insert = format!("INSERT INTO {changes} {}", keys(&table.own_at_source, &table.source.sql()));
        reader.run(&doing, &insert).await?;
        writer
            .pour(&doing, &keys(&table.own_at_destination, &table.destination.sql()), reader, &changes)
            .await?;
    }
    Ok(())
}

/// A foreign key of a moved table, at the destination.
#[derive(Debug, Clone)]
pub(super) struct ForeignKey {
    pub(super) name: String,
    /// The number of the table that has it.
    pub(super) number: usize,
    /// The columns, and those that they refer to.
    pub(super) columns: Vec<String>,
    pub(super) others: Vec<String>,
    /// The other table, quoted and qualified.
    pub(super) other: String,
    /// The last column is a `PERIOD`, since PostgreSQL 18: what it refers to is there for all of that time, in one row or several.
    pub(super) over_time: bool,
}

/// The foreign keys of the moved tables, at the destination. They are not checked while rows are brought.
pub(super) async fn foreign_keys(
    destination: &Session,
    tables: &[Moved],
) -> Result<Vec<ForeignKey>, RelocationError> {
    let mut keys = Vec::new();
    for table in tables {
        let query = format!(
            "SELECT k.conname, n.nspname, c.relname,
                    (SELECT json_agg(a.attname ORDER BY p.position) FROM unnest(k.conkey) WITH ORDINALITY AS p (number, position)
                       JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = p.number),
                    (SELECT json_agg(a.attname ORDER BY p.position) FROM unnest(k.confkey) WITH ORDINALITY AS p (number, position)
                       JOIN pg_attribute AS a ON a.attrelid = k.confrelid AND a.attnum = p.number),
                    EXISTS (SELECT FROM pg_index AS i WHERE i.indexrelid = k.conindid AND i.indisexclusion)
               FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.confrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
              WHERE k.conrelid = {} AND k.contype = 'f' AND k.convalidated AND k.conparentid = 0",
            table.destination.oid
        );
        for row in destination.texts("reading the foreign keys", &query).await? {
            let mut texts = row.into_iter().map(Option::unwrap_or_default);
            let mut next = || texts.next().unwrap_or_default();
            let (name, other) = (next(), qualified(&next(), &next()));
            let names = |text: String| serde_json::from_str::<Vec<String>>(&text).unwrap_or_default();
            let (columns, others, over_time) = (names(next()), names(next()), next() == "t");
            keys.push(ForeignKey { name, number: table.number, columns, others, other, over_time });
        }
    }
    Ok(keys)
}

/// The rows at the destination that refer to what is not there, by foreign key.
pub(super) async fn dangling(
    writer: &Session,
    tables: &[Moved],
    keys: &[ForeignKey],
) -> Result<Vec<Obstacle>, RelocationError> {
    let mut found = Vec::new();
    for table in tables {
        for key in keys.iter().filter(|key| key.number == table.number) {
            let query = format!(
                "SELECT count(*), min(concat_ws(', ', {values})) FROM {name} AS r WHERE {own} AND {present}
                    AND NOT {there}",
                values = columns("r", key.columns.iter().map(String::as_str)),
                name = table.destination.sql(),
                own = table.own_at_destination,
                present = present("r", &key.columns),
                there = is_there("r", key),
            );
            let rows = writer.texts(&format!("looking at what {} refers to", table.label()), &query).await?;
            found.extend(missing(table, key, rows.into_iter().flatten().collect()));
        }
    }
    Ok(found)
}

/// That all columns of a foreign key have a value.
pub(super) fn present(row: &str, names: &[String]) -> String {
    let conditions: Vec<_> =
        names.iter().map(|name| format!("{row}.{} IS NOT NULL", identifier(name))).collect();
    conditions.join(" AND ")
}

/// That what a row refers to is there.
pub(super) fn is_there(row: &str, key: &ForeignKey) -> String {
    let mut pairs: Vec<_> = key
        .others
        .iter()
        .zip(&key.columns)
        .map(|(theirs, name)| (identifier(theirs), identifier(name)))
        .collect();
    let period = if key.over_time { pairs.pop() } else { None };
    let same: Vec<_> = pairs.iter().map(|(theirs, name)| format!("o.{theirs} = {row}.{name}")).collect();
    let all_of_it = match period {
        Some((theirs, name)) => format!(" HAVING range_agg(o.{theirs}) @> {row}.{name}"),
        None => String::new(),
    };
    format!("EXISTS (SELECT FROM {} AS o WHERE {}{all_of_it})", key.other, same.join(" AND "))
}

/// The finding of a count and a value, if the count is not nought.
pub(super) fn missing(table: &Moved, key: &ForeignKey, answer: Vec<Option<String>>) -> Option<Obstacle> {
    let mut texts = answer.into_iter().map(Option::unwrap_or_default);
    let (count, value) = (texts.next()?, texts.next().unwrap_or_default());
    (count != "0").then(|| {
        Obstacle::new(
            table.label(),
            format!(
                "{count} rows refer by {} to rows of {} that are not at the destination",
                identifier(&key.name),
                key.other
            ),
            "copy those rows there first",
        )
        .of_value(value)
    })
}
