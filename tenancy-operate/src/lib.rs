#![doc = include_str!("../README.md")]

pub mod activity;
mod every_row;
pub mod keys;
pub mod migrations;
mod place_in_words;
pub mod relocation;
mod server_error;
mod server_limit;
pub mod support;
pub mod tenants;
mod transaction_timeout;
mod which_database;

pub use self::server_error::ServerError;
