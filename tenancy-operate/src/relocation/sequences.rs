//! The sequences at the destination, which have to be ahead of every number that the source gave, or in a range of their own.

use super::error::{Obstacle, RelocationError};
use super::ranges::{Next, Numbers, next};
use super::session::Session;
use super::sql::{dollar_quoted, identifier, literal, qualified};
use super::tables::Moved;

/// How many numbers the source may give between here and the stop; the destination's leaves them out.
const AHEAD: i128 = 1_000;

/// A column that takes its values from a sequence at both sides.
#[derive(Debug, Clone)]
pub(super) struct Sequence {
    source: String,
    destination: String,
    /// The column at the destination, for messages.
    column: String,
    /// The greatest number that it can give there, where a key of the column has not the tenant in it, so that two tenants can meet in it.
    meeting: Option<i128>,
    /// A query of the greatest number of the tenant's rows at the destination, but for the number below which it is.
    greatest_below: String,
}

/// A column's sequence in a database.
struct Found {
    column: String,
    sequence: String,
    ascending: bool,
    meeting: Option<i128>,
}

/// The sequences that the columns of the moved tables take their values from.
pub(super) async fn read(
    source: &Session,
    destination: &Session,
    tables: &[Moved],
    same_database: bool,
    obstacles: &mut Vec<Obstacle>,
) -> Result<Vec<Sequence>, RelocationError> {
    let mut found = Vec::new();
    for table in tables {
        let tenant = if table.chain.is_empty() { literal(&table.tenant_column) } else { "NULL".to_owned() };
        let from = of(source, &table.source.oid, &tenant).await?;
        for Found { column, sequence, ascending, meeting } in
            of(destination, &table.destination.oid, &tenant).await?
        {
            let name = format!("{}.{}", table.destination.sql(), identifier(&column));
            if !ascending {
                obstacles.push(Obstacle::new(
                    name,
                    "its sequence counts down, which is not known here",
                    "have it count up",
                ));
                continue;
            }
            // A column whose numbers are the application's at the source has none there: then the rows' own count.
            let other = from.iter().find(|other| other.column == column).map(|other| other.sequence.clone());
            if same_database && other.as_ref() == Some(&sequence) {
                continue;
            }
            if let Some(other) = other {
                let greatest_below = format!(
                    "SELECT max(r.{column}) FROM {} AS r WHERE {} AND r.{column} <",
                    table.destination.sql(),
                    table.own_at_destination,
                    column = identifier(&column),
                );
                found.push(Sequence {
                    source: other,
                    destination: sequence,
                    column: name,
                    meeting,
                    greatest_below,
                });
            }
        }
    }
    Ok(found)
}

async fn of(session: &Session, table: &str, tenant: &str) -> Result<Vec<Found>, RelocationError> {
    let query = format!(
        "SELECT DISTINCT a.attname, n.nspname, s.relname, q.seqincrement > 0,
                CASE WHEN EXISTS (SELECT FROM pg_index AS i, LATERAL (SELECT (i.indkey::smallint[])[0:i.indnkeyatts - 1] AS numbers) AS k
                                   WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (k.numbers)
                                     AND NOT EXISTS (SELECT FROM pg_attribute AS t
                                                      WHERE t.attrelid = i.indrelid AND t.attname = {tenant} AND t.attnum = ANY (k.numbers)))
                     THEN least(q.seqmax, CASE a.atttypid WHEN 'smallint'::regtype THEN 32767 WHEN 'integer'::regtype THEN 2147483647 ELSE q.seqmax END) END
           FROM pg_attribute AS a, pg_depend AS d, pg_class AS s, pg_namespace AS n, pg_sequence AS q
          WHERE a.attrelid = {table} AND NOT a.attisdropped AND s.relkind = 'S' AND n.oid = s.relnamespace AND q.seqrelid = s.oid
            AND (d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.refclassid = 'pg_class'::regclass
                 AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum AND d.deptype IN ('a', 'i')
                 OR d.classid = 'pg_attrdef'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = s.oid
                 AND d.objid IN (SELECT f.oid FROM pg_attrdef AS f WHERE f.adrelid = a.attrelid AND f.adnum = a.attnum))"
    );
    let rows = session.texts("reading the sequences", &query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut texts = row.into_iter().map(Option::unwrap_or_default);
            let mut next = || texts.next().unwrap_or_default();
            Found {
                column: next(),
                sequence: qualified(&next(), &next()),
                ascending: next() == "t",
                meeting: next().parse().ok(),
            }
        })
        .collect())
}

/// The last value that a sequence gave.
async fn value(session: &Session, sequence: &str) -> Result<i128, RelocationError> {
    let query = format!("SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}");
    Ok(session
        .text("reading a sequence", &query)
        .await?
        .and_then(|value| value.parse().ok())
        .unwrap_or_default())
}

/// The destination's sequences that might give a number which a row of the tenant's has, or will have at the destination, with what each is to be set to.
/// It only reads. The destination's session is in the role across tenants, before and after.
pub(super) async fn behind<'s>(
    source: &Session,
    destination: &Session,
    sequences: &'s [Sequence],
    numbers: Numbers,
) -> Result<Vec<(&'s Sequence, i128)>, RelocationError> {
    let (mut found, mut to_look) = (Vec::new(), Vec::new());
    destination.as_itself().await?;
    for sequence in sequences {
        let given = value(source, &sequence.source).await?;
        let there = value(destination, &sequence.destination).await?;
        match next(numbers, sequence.meeting, given, there, AHEAD) {
            Next::Stays => {}
            Next::At(wanted) => found.push((sequence, wanted)),
            Next::StaysBelow(begin) => to_look.push((sequence, there, begin)),
        }
    }
    destination.across_tenants().await?;
    for (sequence, there, begin) in to_look {
        let doing = format!("looking for the numbers of {}", sequence.column);
        let greatest = destination.text(&doing, &format!("{} {begin}", sequence.greatest_below)).await?;
        let greatest: i128 = greatest.and_then(|greatest| greatest.parse().ok()).unwrap_or_default();
        if there < greatest {
            found.push((sequence, greatest + AHEAD));
        }
    }
    Ok(found)
}

/// Sets sequences of the destination's ahead. Others may be drawing from them: each is locked for it, or a number that is
/// drawn meanwhile would be given again.
pub(super) async fn advance(
    destination: &Session,
    behind: Vec<(&Sequence, i128)>,
) -> Result<(), RelocationError> {
    for (sequence, wanted) in behind {
        let doing = format!("setting the sequence of {} ahead", sequence.column);
        let name = &sequence.destination;
        // ALTER SEQUENCE takes the lock; the cache stays what it was.
        let altered = format!(
            "
             BEGIN
                 EXECUTE (SELECT format('ALTER SEQUENCE %s CACHE %s', {name_text}, q.seqcache) FROM pg_sequence AS q WHERE q.seqrelid = {name_text}::regclass);
             END
             ",
            name_text = literal(name),
        );
        let lock = format!(
            "BEGIN; SET LOCAL lock_timeout = '5s';
             DO {};
             SELECT setval({name_text}, least(greatest((SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM {name} AS s), {wanted}),
                                      (SELECT q.seqmax FROM pg_sequence AS q WHERE q.seqrelid = {name_text}::regclass)));
             COMMIT",
            dollar_quoted(&altered),
            name_text = literal(name),
        );
        if let Err(error) = destination.run(&doing, &lock).await {
            // The first error says why.
            let _ = destination.run(&doing, "ROLLBACK").await;
            return Err(error);
        }
    }
    Ok(())
}
