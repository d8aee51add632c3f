//! The commands on a Citus cluster. With `TENANCY_CITUS_URL`, as `tests/tests/citus` has it; without it they are skipped, and say so.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

#[allow(dead_code, reason = "the wall's tests use the rest")]
#[path = "../../../tests/tests/citus/arena.rs"]
mod arena;

mod cluster;
mod moved;
mod obstacles;
mod tenants;
mod writers;
