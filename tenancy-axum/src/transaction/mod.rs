//! One transaction for a request: committed before its answer is sent.

mod extract;
mod layer;
mod slot;

pub use self::extract::Transaction;
pub use self::layer::{TransactionLayer, TransactionService};
