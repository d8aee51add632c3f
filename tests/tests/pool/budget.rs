//! Tokio's cooperation budget: what a task may do in one poll before everything of tokio's answers "not yet".

use std::ops::Range;

use tokio::task::coop::consume_budget;

/// About the 128 units that tokio gives a poll, so that the last is met from both sides. What is tried here spends a few until it waits for the server,
/// and each poll after that has them all: from positions long before the last nothing else would happen than from the first of these.
pub(crate) const POSITIONS: Range<usize> = 96..141;

/// Spends `units` of the budget without a pause, so that the caller's next steps are in the same poll with what is left.
pub(crate) async fn spend(units: usize) {
    for _ in 0..units {
        consume_budget().await;
    }
}
