//! Whoever runs any SQL at all in a tenant's transaction neither reads nor writes another tenant's rows, and leaves nothing behind
//! for the next one who gets a connection.
#![allow(clippy::unwrap_used)] // a result that is an error is a failed test

mod arena;
mod classics;
mod grammar;
mod property;
mod stored;
mod tokens;
