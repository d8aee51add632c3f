//! Tenants in all places on PostgreSQL: shared tables, a schema, a database, a schema in a database, and all of them at once.
#![allow(clippy::unwrap_used)] // a result that is an error is a failed test

mod body;
mod bounds;
mod enums;
mod isolation;
mod load;
mod moving;
mod refusals;
mod search_path;
mod shared_schemas;
