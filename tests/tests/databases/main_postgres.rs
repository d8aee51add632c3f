//! The behaviours of `main.rs` on PostgreSQL, on Diesel's connection and on diesel-async's.
#![allow(clippy::duplicate_mod, reason = "a case is a module of each backend it runs on")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

mod postgres;
mod postgres_async;
#[allow(
    unused_macros,
    unused_imports,
    reason = "PostgreSQL has no second names: the other half is the other programs'"
)]
mod second_names;
mod tenant_ids;
