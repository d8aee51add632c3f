//! What each database has to do.

mod transactions;
mod webhooks;
