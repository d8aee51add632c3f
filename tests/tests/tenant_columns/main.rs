//! Ids that Rust tells apart, in columns of which the database has its own idea: for each column, either the pool is not built
//! over it, or no tenant reads, changes or deletes what another has written, whatever the two are called.
#![allow(clippy::unwrap_used)] // a result that is an error is a failed test

mod databases;
mod ids;
mod other_types;
mod plain;
mod property;
