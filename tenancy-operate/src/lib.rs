#![doc = include_str!("../README.md")]

pub mod activity;
pub mod keys;
pub mod migrations;
pub mod relocation;
pub mod support;
pub mod tenants;
