//! Erasing the tenant's rows at one side.

use super::error::RelocationError;
use super::failpoint;
use super::session::Session;
use super::sql::columns;
use super::stage::same;
use super::tables::Moved;

/// How many rows one transaction erases.
const BATCH: u32 = 5_000;

/// Erases the tenant's rows, children first, some at a time. The session is in the role of a replica: the rows live on elsewhere, so that nothing is to
/// happen for their sake, no cascade and no trigger.
pub(super) async fn rows(
    session: &Session,
    tables: &[Moved],
    at_source: bool,
) -> Result<u64, RelocationError> {
    let mut erased = 0;
    for table in tables.iter().rev() {
        let (name, own) = if at_source {
            (table.source.sql(), &table.own_at_source)
        } else {
            (table.destination.sql(), &table.own_at_destination)
        };
        let delete = format!(
            "DELETE FROM {name} AS d USING (SELECT {} FROM {name} AS r WHERE {own} LIMIT {BATCH}) AS k WHERE {}",
            columns("r", table.key()),
            same("d", "k", table),
        );
        loop {
            let rows = session.changed(&format!("erasing rows of {name}"), &delete).await?;
            if rows == 0 {
                break;
            }
            erased += rows;
            failpoint::reached("erased").await;
        }
    }
    Ok(erased)
}
