//! A throw-away PostgreSQL, started and ended as the tests' are: their own files, whose crate as a whole has every database in it.

#[path = "../../tests/src/server/account.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod account;
#[path = "../../tests/src/server/database.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod database;
#[path = "../../tests/src/server/engine.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod engine;
#[path = "../../tests/src/server/postgres.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod postgres;
#[path = "../../tests/src/server/process.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod process;
#[path = "../../tests/src/server/programs.rs"]
#[allow(dead_code, reason = "shared with the tests, which use more of it")]
mod programs;

/// The address of an empty database.
pub(crate) fn fresh_database(prefix: &str) -> String {
    let made = postgres::instance().and_then(|server| postgres::fresh_database(server, prefix));
    made.unwrap_or_else(|error| panic!("{error}"))
}
