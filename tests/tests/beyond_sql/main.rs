//! What a scope is outside of tables, on real systems: Redis, an object store, PostgreSQL's locks, a queue, a schedule.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "clippy knows the tests, and not what they share"
)]

mod cache;
mod jobs;
mod locks;
mod members;
mod schedule;
mod storage;
mod topics;
