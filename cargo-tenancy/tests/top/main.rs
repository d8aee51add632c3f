//! `tenancy top` on a real PostgreSQL, under the load of several tenants' sessions of a pool.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "the wall's tests use the rest")]
#[path = "../wall/database.rs"]
mod database;
mod load;
#[allow(dead_code, reason = "the tests of placement use the rest")]
#[path = "../../../tests/tests/placement/pgbouncer.rs"]
mod pgbouncer;
mod pooled;
mod seen;
mod served;
mod stock;
