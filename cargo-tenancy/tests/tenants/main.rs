//! `tenancy tenants`, as an operator runs it: killed at every step, cut off, on a full disk, and as the wrong role.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[allow(dead_code, reason = "the library's tests use the rest")]
#[path = "../../../tenancy-operate/tests/tenants/database.rs"]
mod database;
#[path = "../../../tenancy-operate/tests/tenants/schema.rs"]
mod schema;

#[path = "../common/ran.rs"]
mod ran;

mod again;
mod bounds;
mod command;
mod hooks;
mod killed;
mod killed_elsewhere;
mod placed;
mod told;
