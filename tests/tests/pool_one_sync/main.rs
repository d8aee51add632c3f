//! The pool's tests of PostgreSQL once more, on the connection of our own; and that connection by itself.
//!
//! The files are the pool's. What differs between the two connections, how often a write waits and what is sent, they ask of
//! [`TRAVELS_AS_ONE`].
#![allow(clippy::duplicate_mod, reason = "a case is a module of each database it runs on")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod by_itself;
mod elsewhere;
mod slow_proxy;
mod types;

#[path = "../pool/admission_on_postgres.rs"]
mod admission_on_postgres;
#[path = "../pool/boot.rs"]
mod boot;
#[path = "../pool/budget.rs"]
mod budget;
#[path = "../pool/cancellation.rs"]
mod cancellation;
#[path = "../pool/counting_proxy.rs"]
mod counting_proxy;
#[path = "../pool/foreign_schema.rs"]
mod foreign_schema;
#[path = "../pool/global_on_postgres.rs"]
mod global_on_postgres;
#[path = "../pool/hazards.rs"]
mod hazards;
#[path = "../pool/labels.rs"]
mod labels;
#[path = "../pool/limits.rs"]
mod limits;
#[path = "../pool/migrated.rs"]
mod migrated;
#[path = "../pool/opening.rs"]
mod opening;
#[path = "../pool/pgbouncer.rs"]
mod pgbouncer;
#[path = "../pool/postgres.rs"]
mod postgres;
#[path = "../pool/postgres_only.rs"]
mod postgres_only;
#[path = "../pool/reviewed.rs"]
mod reviewed;
#[path = "../pool/round_trips.rs"]
mod round_trips;
#[path = "../pool/session.rs"]
mod session;
#[path = "../pool/sets_on_postgres.rs"]
mod sets_on_postgres;
#[path = "../pool/single_writes.rs"]
mod single_writes;
#[path = "../pool/spawned.rs"]
mod spawned;
#[path = "../pool/spoiled.rs"]
mod spoiled;
#[path = "../pool/spoiling_proxy.rs"]
mod spoiling_proxy;
#[path = "../pool/told.rs"]
mod told;
#[path = "../pool/told_places.rs"]
mod told_places;
#[path = "../pool/undeclared.rs"]
mod undeclared;
#[path = "../pool/unwritable.rs"]
mod unwritable;
#[path = "../pool/walled.rs"]
mod walled;

use elsewhere::{mariadb, sqlite};

/// The connection that is tried.
pub(crate) type Tested = tenancy_pool::OneSyncConnection;

/// Whether a tenant is told in one transaction with its statement.
pub(crate) const TRAVELS_AS_ONE: bool = true;
