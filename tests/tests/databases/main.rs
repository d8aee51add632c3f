//! One set of behaviours on every kind of connection. This is MariaDB, a pool's connections, and enums of connections;
//! `main_postgres.rs` and `main_sqlite.rs` are the others: three programs, because as one it took as long to compile as all other tests together.
//!
//! Each file below `everywhere` and its neighbours is written once, as asynchronous code, and is a module of every
//! backend that it applies to: `super::connect` opens that backend's connection, and `super::RunQueryDsl` runs a
//! statement on it, diesel-async's or its twin in `tenancy_tests::blocking`. A backend's file lists what applies to it.
#![allow(clippy::duplicate_mod, reason = "a case is a module of each backend it runs on")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

mod any_connection;
mod any_postgres;
mod any_sqlite;
mod mariadb;
mod postgres_pooled;
mod second_names;
mod tenant_ids;
