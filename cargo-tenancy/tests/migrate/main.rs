//! `tenancy migrate`, as an operator runs it: over shared tables, schemas and databases, killed at every step, locked out, cut off, on a full disk,
//! and as the wrong role.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../common/ran.rs"]
#[allow(dead_code, reason = "the tenants' tests use the rest")]
mod ran;

mod bounds;
mod drift;
mod failures;
mod killed;
mod locks;
mod many;
mod run;
mod world;
