//! What a right answer is. Rows are looked at without an allocation: whoever answers pays the same for it.

use uuid::Uuid;

use super::expect;
use crate::Failure;
use crate::measure::Key;
use crate::schema::{CANVASES, agent, canvas, tenant};
use crate::work::{LIST, PAGE, ROWS, is_there};

/// The agent of the key, by its tenant and its id.
pub(crate) fn point(tenant_id: Uuid, id: Uuid, key: Key) -> Result<(), Failure> {
    expect(tenant_id == own(key) && id == agent(key.agent), "the row")
}

/// The tenant's agents in order, each by its tenant and its id.
pub(crate) fn list(rows: impl ExactSizeIterator<Item = (Uuid, Uuid)>, key: Key) -> Result<(), Failure> {
    let (own, length) = (own(key), rows.len());
    let right = rows.zip(0..).all(|(row, number)| row == (own, agent(number)));
    expect(right && length as i64 == LIST, "the list")
}

/// The tenant's canvases in order, each by its agent's tenant and its id.
pub(crate) fn join(rows: impl ExactSizeIterator<Item = (Uuid, Uuid)>, key: Key) -> Result<(), Failure> {
    let (own, length) = (own(key), rows.len());
    let right = rows.zip(0..).all(|(row, number)| row == (own, canvas(number)));
    expect(right && length as i64 == PAGE, "the join")
}

/// The tenant's agents in order, as often as they have canvases and at least once: each by its tenant, its id, and whether there is
/// a canvas.
pub(crate) fn left_join(
    rows: impl ExactSizeIterator<Item = (Uuid, Uuid, bool)>,
    key: Key,
) -> Result<(), Failure> {
    // Two canvases of one agent, none of the next.
    const { assert!(CANVASES == crate::schema::AGENTS) };
    let (own, length) = (own(key), rows.len());
    let right = rows.zip(0..).all(|(row, number)| {
        let (pair, of_pair) = (number / 3, number % 3);
        row == (own, agent(2 * pair + of_pair / 2), of_pair < 2)
    });
    expect(right && length as i64 == PAGE, "the outer join")
}

/// Whether there is what was asked for.
pub(crate) fn exists(found: bool, key: Key) -> Result<(), Failure> {
    expect(found == is_there(key), "the answer")
}

/// One row was changed or inserted.
pub(crate) fn one(rows: u64) -> Result<(), Failure> {
    expect(rows == 1, "the count")
}

/// All rows were inserted.
pub(crate) fn thousand(rows: u64) -> Result<(), Failure> {
    expect(rows == ROWS as u64, "the count")
}

fn own(key: Key) -> Uuid {
    tenant(key.tenant as u64)
}
