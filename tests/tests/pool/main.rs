//! Tenant transactions, on real databases.
//!
//! What every database has to do is written once, below `everywhere`, and is a module of each of them, as in the tests of
//! plain connections. The rest is PostgreSQL's, behind row-level security, as a role that it holds for.
#![allow(clippy::duplicate_mod, reason = "a case is a module of each database it runs on")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what cannot be prepared ends the test")]

mod admission_on_postgres;
mod affinity;
mod boot;
mod budget;
mod cancellation;
mod counting_proxy;
mod foreign_schema;
mod global_on_postgres;
mod hazards;
mod kit;
mod labels;
mod limits;
mod mariadb;
mod mariadb_only;
mod migrated;
mod moved;
mod opening;
mod pgbouncer;
mod postgres;
mod postgres_only;
mod reviewed;
mod round_trips;
mod session;
mod sets_on_postgres;
mod single_writes;
mod spawned;
mod spoiled;
mod spoiling_proxy;
mod sqlite;
mod sqlite_only;
mod tenant_ids;
mod told;
mod told_places;
mod transition;
mod undeclared;
mod unwritable;
mod walled;

/// The connection to PostgreSQL that is tried.
pub(crate) type Tested = diesel_async::AsyncPgConnection;

/// Whether a tenant is told in one transaction with its statement.
pub(crate) const TRAVELS_AS_ONE: bool = false;
