//! Tokio's cooperation budget: what a task may do in one poll before everything of tokio's answers "not yet".

use tokio::task::coop::consume_budget;

/// Some more than the 128 units that tokio gives a poll, so that the last is met from both sides.
pub(crate) const POSITIONS: usize = 141;

/// Spends `units` of the budget without a pause, so that the caller's next steps are in the same poll with what is left.
pub(crate) async fn spend(units: usize) {
    for _ in 0..units {
        consume_budget().await;
    }
}
