//! The behaviours of `main.rs` on SQLite, on Diesel's connection and on diesel-async's wrapper.
#![allow(clippy::duplicate_mod, reason = "a case is a module of each backend it runs on")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

mod second_names;
mod sqlite;
mod sqlite_async;
mod tenant_ids;
