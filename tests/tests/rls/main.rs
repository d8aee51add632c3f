//! The second wall on a real PostgreSQL: what the migration makes, whom it stops, and what an inspection finds.
//!
//! Nobody here is a superuser except where a test says so: a role owns the tables, one acts within tenants, one spans them.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failure is a failed test

mod admission_tables;
mod backup;
mod belonging;
mod belonging_plans;
mod belonging_tables;
mod by_path;
mod corpus;
mod data_migration;
mod database;
mod genuine;
mod increments;
mod inspection;
mod key_behaviour;
mod manifest;
mod migration;
mod newer_statements;
#[path = "../plans/normal_form.rs"]
mod normal_form;
mod older_function;
mod one_of_everything;
mod plain;
mod rules;
mod rules_of_admission;
mod rules_of_belonging;
mod rules_of_keys;
mod rules_of_objects;
mod rules_of_reach;
mod rules_of_sets;
mod sealed;
mod sets;
mod sets_of_any_ids;
mod trial;
mod whose_a_row_is;
