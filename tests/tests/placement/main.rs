//! Where tenants live: the catalog and its cache, the set of pools, and connecting.
#![allow(clippy::expect_used, reason = "clippy knows the tests, and not what they share")]

mod cache;
mod catalog;
mod changes;
mod connecting;
mod database;
mod pgbouncer;
mod pooler;
mod pools;
mod tls;
