//! What the proofs share: the databases and a schema.

pub mod schema;
pub mod server;
