//! Non-interference: what a tenant reads and writes does not depend on the other tenants' rows, and leaves them alone.
//!
//! Rows of three tenants and statements of one of them are made at random (`rows`, `predicate`, `statement`), and every
//! statement runs twice: beside the others' rows and without them. What it answers and what the tenant then has must
//! be the same, and the others' rows must not have changed. A database that only seems empty to the tenant would show
//! in one of the three.
#![allow(clippy::duplicate_mod, reason = "what runs the statements is a module of each database")]
#![allow(clippy::expect_used, reason = "a database that cannot be prepared ends the test")]

/// An enum without values, and the array of all of it.
macro_rules! listed {
    ($name:ident, $all:ident: $($variant:ident),* $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant),*
        }

        pub(crate) const $all: [$name; [$(stringify!($variant)),*].len()] = [$($name::$variant),*];
    };
}

mod belonging;
mod harbour;
mod mariadb;
mod postgres;
mod predicate;
mod property;
mod read;
mod rows;
mod sqlite;
mod write;
