//! Non-interference: what a tenant reads and writes does not depend on the other tenants' rows, and leaves them alone.
//!
//! Rows of three tenants and statements of one of them are made at random (`rows`, `predicate`, `statement`), and every
//! statement runs twice: beside the others' rows and without them. What it answers and what the tenant then has must
//! be the same, and the others' rows must not have changed. A database that only seems empty to the tenant would show
//! in one of the three.
#![allow(clippy::duplicate_mod, reason = "what runs the statements is a module of each database")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

mod belonging;
mod mariadb;
mod postgres;
mod predicate;
mod property;
mod read;
mod rows;
mod sqlite;
mod write;
