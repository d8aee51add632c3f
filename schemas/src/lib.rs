//! Schemas of the sizes and shapes of real applications, each printed by the Diesel CLI from a migration of its own and declared
//! beside that file. The tests, one program for each schema, put two tenants' rows into every table and look who sees what.
#![allow(clippy::unwrap_used, clippy::expect_used)] // a failed set-up is a failed test

mod catalog;
mod database;
mod declared;
mod fixture;
mod literal;
pub mod proof;
mod server;

pub use self::database::Database;
pub use self::declared::{Delete, Facts, Read, Write, facts};
pub use self::fixture::{Fixture, Whose};
