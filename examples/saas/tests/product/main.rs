//! The product, as its people meet it: over HTTP, in this process, on SQLite and behind the wall of PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]
#![allow(missing_docs, unreachable_pub, reason = "tests")]

mod away;
mod client;
mod everyday;
mod jobs;
mod live;
mod load;
mod moving;
mod operator;
mod prepare;
mod proof;
mod queue;
mod redis;
mod roles;
mod s3;
mod seldom;
mod sessions;
mod twice;
mod version;
