//! A connection of our own, on which a tenant and its statement travel before one Sync.
//!
//! Why, and what was measured and seen of the server, is in `docs/one-sync.md`.

mod ahead;
mod binds;
mod connection;
mod driver;
mod exchange;
mod link;
mod open;
mod row;
mod server_error;
mod statements;
#[cfg(test)]
mod tests;

pub(super) use self::ahead::{Setting, Telling};
pub use self::connection::OneSyncConnection;
