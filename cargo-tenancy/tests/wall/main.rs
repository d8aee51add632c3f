//! `tenancy inspect`, `tenancy wall` and `tenancy keys`, the program itself, on a real PostgreSQL as the roles that a wall has.
#![allow(clippy::unwrap_used)] // a failure is a failed test

mod database;
mod increments;
mod inspect;
mod keys;
mod many;
mod seal;
