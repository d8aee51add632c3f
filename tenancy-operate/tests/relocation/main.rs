//! Moving a tenant between shared tables, schemas and databases, while it is written to, with the process killed at every step.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod addresses;
mod hidden;
mod killed;
mod newer;
mod numbers;
mod obstacles;
mod parts;
mod prepared;
mod schema;
mod stopping;
mod undone;
mod worker;
mod world;
mod writers;
