//! A scoped statement is planned like the one written by hand.
//!
//! The shapes are written once (`shapes`), each beside its hand-written twin, and are a module of every database: there
//! `super::Plans::same` asks the database for both plans and compares them.
#![allow(clippy::duplicate_mod, reason = "the shapes are a module of each database they are planned on")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

mod explain;
mod mariadb;
mod mariadb_subqueries;
mod normal_form;
mod postgres;
mod sqlite;
mod volume;
