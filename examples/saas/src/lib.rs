//! A product to copy: organisations whose people and agents work on tasks. The README says which file shows what.
#![allow(missing_docs, reason = "a product's own code: what a name does not say is said")]
#![allow(unreachable_pub, reason = "modules of a product are its own")]

pub mod audit;
pub mod cache;
pub mod clock;
pub mod config;
pub mod database;
pub mod jobs;
pub mod model;
pub mod password;
pub mod policy;
pub mod schema;
pub mod settings;
pub mod store;
pub mod web;
