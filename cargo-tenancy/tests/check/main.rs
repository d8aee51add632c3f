//! `tenancy check`, by the binary, on small projects in folders of their own.

#![allow(clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod files;
mod followed;
mod formats;
mod inventory;
mod junit;
mod kinds;
mod project;
mod tables;
