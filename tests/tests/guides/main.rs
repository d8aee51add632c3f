//! What the guides show, compiled and run.
#![allow(missing_docs)] // the CLI documents only what the database does
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "clippy knows the tests, and not what they share"
)]

pub mod app;
mod generic;
mod joins;
mod mariadb;
#[path = "new_app/main.rs"]
#[allow(dead_code, unreachable_pub)] // as an application has it
mod new_app;
mod new_application;
mod operating;
mod owners;
mod quoted;
mod reading;
mod sets;
mod writing;

// The application of a guide says `crate::schema`.
use new_app::schema;
