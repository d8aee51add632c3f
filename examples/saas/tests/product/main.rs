//! The product, as its people meet it: over HTTP, in this process, on SQLite and behind the wall of PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod client;
mod everyday;
mod jobs;
mod load;
mod moving;
mod operator;
mod proof;
mod sessions;
