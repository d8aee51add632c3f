//! The sequences at the destination, which have to be ahead of every number that the source gave.

use super::error::{Obstacle, RelocationError};
use super::session::Session;
use super::sql::{identifier, literal, qualified};
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
        let (from, to) =
            (of(source, &table.source.oid).await?, of(destination, &table.destination.oid).await?);
        for (column, sequence, ascending) in to {
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
            let other = from.iter().find(|(other, ..)| *other == column).map(|(_, other, _)| other.clone());
            if same_database && other.as_ref() == Some(&sequence) {
                continue;
            }
            if let Some(other) = other {
                found.push(Sequence { source: other, destination: sequence, column: name });
            }
        }
    }
    Ok(found)
}

async fn of(session: &Session, table: &str) -> Result<Vec<(String, String, bool)>, RelocationError> {
    let query = format!(
        "SELECT DISTINCT a.attname, n.nspname, s.relname, q.seqincrement > 0
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
            (next(), qualified(&next(), &next()), next() == "t")
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

/// Whether the destination's sequences are ahead of the source's. It only reads.
pub(super) async fn ahead(
    source: &Session,
    destination: &Session,
    sequences: &[Sequence],
) -> Result<bool, RelocationError> {
    for sequence in sequences {
        if value(destination, &sequence.destination).await? < value(source, &sequence.source).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Sets the destination's sequences ahead of the source's. Others may be drawing from them: each is locked for it, or a number that is
/// drawn meanwhile would be given again.
pub(super) async fn advance(
    source: &Session,
    destination: &Session,
    sequences: &[Sequence],
) -> Result<(), RelocationError> {
    for sequence in sequences {
        let wanted = value(source, &sequence.source).await?;
        if value(destination, &sequence.destination).await? >= wanted {
            continue;
        }
        let doing = format!("setting the sequence of {} ahead", sequence.column);
        let name = &sequence.destination;
        // ALTER SEQUENCE takes the lock; the cache stays what it was.
        let lock = format!(
            "BEGIN; SET LOCAL lock_timeout = '5s';
             DO $tenancy$
             BEGIN
                 EXECUTE (SELECT format('ALTER SEQUENCE %s CACHE %s', {name_text}, q.seqcache) FROM pg_sequence AS q WHERE q.seqrelid = {name_text}::regclass);
             END
             $tenancy$;
             SELECT setval({name_text}, least(greatest((SELECT CASE WHEN s.is_called THEN s.last_value ELSE s.last_value - 1 END FROM {name} AS s), {target}),
                                      (SELECT q.seqmax FROM pg_sequence AS q WHERE q.seqrelid = {name_text}::regclass)));
             COMMIT",
            name_text = literal(name),
            target = wanted + AHEAD,
        );
        if let Err(error) = destination.run(&doing, &lock).await {
            // The first error says why.
            let _ = destination.run(&doing, "ROLLBACK").await;
            return Err(error);
        }
    }
    Ok(())
}
