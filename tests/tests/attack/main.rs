//! Attacks that were played against the promise, each on a real server as the application's own role.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]
#![allow(clippy::duplicate_mod, reason = "the databases are those of the wall's tests")]

mod admission;
#[allow(dead_code, reason = "not all of it is attacked")]
#[path = "../rls/admission_tables.rs"]
mod admission_tables;
mod belonging;
#[allow(dead_code, reason = "not all of it is attacked")]
#[path = "../rls/belonging_tables.rs"]
mod belonging_tables;
mod bulk_rows;
mod clean_but_leaking;
#[allow(dead_code, reason = "not all of it is attacked")]
#[path = "../rls/database.rs"]
mod database;
mod leaking_kinds;
mod lent_connection;
mod planner;
mod raw_sql;
mod schema_of_the_role;
mod seal;
mod sets;
mod stored_settings;
mod swapped;
mod tenants;
