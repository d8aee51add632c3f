//! The moved tables with their partitions, and with what inherits from them.

use std::collections::BTreeMap;

use super::error::RelocationError;
use super::session::Session;
use super::sql::literals;
use super::tables::Moved;

/// One of them, below its root.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Quoted and qualified.
    pub(super) name: String,
    /// Whether it has its parent's triggers for rows. What inherits otherwise has none.
    pub(super) is_partition: bool,
}

/// The beginning of a query that has them as `family (root, member)`. `roots` is a list of SQL literals. A partition that is being detached is none.
pub(super) fn family(roots: &str) -> String {
    format!(
        "WITH RECURSIVE family (root, member) AS (
             SELECT o, o FROM unnest(ARRAY[{roots}]::oid[]) AS o
             UNION SELECT f.root, i.inhrelid FROM family AS f JOIN pg_inherits AS i ON i.inhparent = f.member AND NOT i.inhdetachpending)"
    )
}

/// The numbers of the tables at the source, as SQL literals.
pub(super) fn roots(tables: &[Moved]) -> String {
    literals(tables.iter().map(|table| table.source.oid.as_str()))
}

/// What is below a table at the source.
pub(super) async fn below(session: &Session, table: &Moved) -> Result<Vec<Member>, RelocationError> {
    let query = format!(
        "{} SELECT c.oid::regclass, c.relispartition FROM family AS f JOIN pg_class AS c ON c.oid = f.member WHERE f.member <> f.root ORDER BY c.oid",
        family(&roots(std::slice::from_ref(table)))
    );
    let rows = session.texts("looking for the parts of a table", &query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut texts = row.into_iter().map(Option::unwrap_or_default);
            let mut next = || texts.next().unwrap_or_default();
            Member { name: next(), is_partition: next() == "t" }
        })
        .collect())
}

/// All of them at the source, by their numbers, with their names.
pub(super) async fn members(
    session: &Session,
    tables: &[Moved],
) -> Result<BTreeMap<String, String>, RelocationError> {
    let roots = roots(tables);
    if roots.is_empty() {
        return Ok(BTreeMap::new());
    }
    let query = format!("{} SELECT DISTINCT member, member::regclass FROM family", family(&roots));
    let rows = session.texts("looking for the parts of the tables", &query).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let mut texts = row.into_iter().map(Option::unwrap_or_default);
            let mut next = || texts.next().unwrap_or_default();
            (next(), next())
        })
        .collect())
}
