//! The edge, over real HTTP: a bound listener and a client, and in front of it nginx where that is installed.
//!
//! What every database has to do is written once, below `everywhere`, and is a module of each of them.
#![allow(clippy::duplicate_mod, reason = "a case is a module of each database it runs on")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod app;
mod bodies;
mod either;
mod enough;
mod hosts;
mod http;
mod jwks;
mod jwt;
mod layers;
mod live;
mod measured;
mod nested;
mod nginx;
mod postgres;
mod proof;
mod rules;
mod sqlite;
mod support;
mod tokens;
#[path = "../pool/walled.rs"]
#[allow(dead_code, reason = "the pool's tests use the rest")]
mod walled;

/// The connection to PostgreSQL that `walled` opens its pools with.
type Tested = diesel_async::AsyncPgConnection;
