//! Access for support on a real PostgreSQL: the way in, the trail behind the wall, plain and sealed, and the command.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod command;
#[allow(dead_code, reason = "the wall's tests use the rest")]
#[path = "../wall/database.rs"]
mod database;
mod sealed;
mod trail;
mod way_in;
mod world;
