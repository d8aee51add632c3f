//! What the proofs share: the databases and a schema.

pub mod blocking;
pub mod cases;
mod chain;
pub mod corpus;
pub mod fixture;
pub mod fleet;
pub mod ids;
pub mod keyed;
pub mod schema;
pub mod server;

pub use self::chain::chain;
