//! `tenancy explain` on real mistakes: every compile-fail case of the repository, and small crates that it mends.
//!
//! Both are checked with the flags, the features and the target folder of the compile-fail tests, so that no dependency is checked twice.
#![allow(clippy::unwrap_used, clippy::panic)] // a file that cannot be read is a failed test

mod cases;
mod fix;
mod gave_up;
mod pages;
mod project;
