//! What only PostgreSQL has: the second wall, poolers, TLS, Citus.

use std::time::Duration;

use diesel::connection::CacheSize;
use diesel_async::AsyncPgConnection;

use super::TenantsBuilder;
use crate::rls::{RowSecurity, Waivers, Wall};
use crate::tenants::connect::ConnectOptions;
#[cfg(feature = "tls")]
use crate::tenants::connect::Tls;

/// How connections are made.
#[derive(Debug, Clone)]
pub struct PostgresOptions {
    pub(in crate::tenants) connect: ConnectOptions,
    /// Diesel's own is unbounded.
    pub(in crate::tenants) cache: fn() -> CacheSize,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self { connect: ConnectOptions::default(), cache: || CacheSize::Unbounded }
    }
}

impl TenantsBuilder<AsyncPgConnection> {
    /// Behind the second wall: every transaction tells the database its tenant, and row-level security compares with it.
    ///
    /// `security` is what the migration was generated from. [`build`](Self::build) compares the database with it, and refuses
    /// to serve if anything is missing; a database or a schema of a tenant's own is compared when it is first opened.
    pub fn wall(mut self, wall: Wall, security: RowSecurity) -> Self {
        self.guard.behind(wall, security);
        self
    }

    /// Without the second wall. There is no raw SQL then, except across tenants.
    pub fn without_wall(mut self, reason: &str) -> Self {
        self.guard.without(reason);
        self
    }

    /// Holes of the wall that are known and accepted, each with a reason. They stay in the report.
    pub fn waive(mut self, waivers: Waivers) -> Self {
        self.guard.waive(waivers);
        self
    }

    /// A pooler in transaction mode stands between: PgBouncer 1.21 or later with `max_prepared_statements`, PgCat, PgDog.
    ///
    /// Without this, a connection that does not lead to the server itself is refused.
    pub fn behind_pooler(mut self) -> Self {
        self.connecting.connect = self.connecting.connect.behind_pooler();
        self.guard.pooled();
        self
    }

    /// How to verify the server, where its address asks for TLS.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.connecting.connect = self.connecting.connect.with_tls(tls);
        self
    }

    /// The name under which the connections show in `pg_stat_activity`.
    pub fn application_name(mut self, name: &str) -> Self {
        self.connecting.connect = self.connecting.connect.with_application_name(name);
        self
    }

    /// How long one attempt to connect may take; ten seconds unless said otherwise.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connecting.connect = self.connecting.connect.with_connect_timeout(timeout);
        self
    }

    /// Prepares every statement anew instead of keeping it prepared on its connection.
    pub fn without_statement_cache(mut self) -> Self {
        self.connecting.cache = || CacheSize::Disabled;
        self
    }
}
