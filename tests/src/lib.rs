//! What the proofs share: the databases and a schema.

pub mod fixture;
pub mod schema;
pub mod server;
