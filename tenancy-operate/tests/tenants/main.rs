//! A tenant's life, on a real PostgreSQL.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod clone;
mod database;
mod effects;
mod elsewhere;
mod erase;
mod export;
mod lifecycle;
mod restore;
mod schema;
mod spoiled;
mod traces;
mod values;
