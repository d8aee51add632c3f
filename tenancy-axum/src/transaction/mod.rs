//! One transaction for a request: committed before its answer is sent.

mod either;
mod extract;
mod layer;
mod slot;

pub use self::either::EitherTransaction;
pub use self::extract::Transaction;
pub use self::layer::{TransactionLayer, TransactionService};
