//! A connection of an operator's tool.

use std::time::Duration;

use diesel::ConnectionResult;
use diesel_async::AsyncPgConnection;
use tenancy_core::placement::DatabaseAddress;

use super::connect::{ConnectOptions, connect, connect_client};

/// How a tool for operators connects to PostgreSQL: as a pool does, with its TLS and its certainty about what answers, and in no pool.
///
/// Nothing is done to the connection: no tenant is set on it, and no wall is looked at. What it may do is what its role may. It is for
/// migrations, inspections and the like; tenants' statements belong into a [`TenantPool`](crate::TenantPool).
#[derive(Debug, Clone)]
pub struct OperatorConnection(ConnectOptions);

impl OperatorConnection {
    /// Directly to the server, within ten seconds. `name` is what `pg_stat_activity` shows, unless the address says it.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(ConnectOptions::new().application_name(name))
    }

    /// How long all of connecting may take.
    #[must_use]
    pub fn timeout(self, limit: Duration) -> Self {
        Self(self.0.connect_timeout(limit))
    }

    /// Says that a pooler in transaction mode answers.
    #[must_use]
    pub fn behind_pooler(self) -> Self {
        Self(self.0.behind_pooler())
    }

    /// Trusts `tls` instead of this machine's authorities.
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn tls(self, tls: crate::Tls) -> Self {
        Self(self.0.tls(tls))
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// `InvalidConnectionUrl` when the address cannot be read, and `BadConnection` for everything else. The message names the address
    /// without its password, and the reason.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn connect(&self, address: &DatabaseAddress) -> ConnectionResult<AsyncPgConnection> {
        connect(address, &self.0).await.map(|connected| connected.connection)
    }
    /// Connects, for what Diesel does not have: COPY, and statements that are not known before. The client is the driver's.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    ///
    /// # Panics
    ///
    /// Outside a Tokio runtime, in which a task attends to the connection until the client is dropped.
    ///
    /// # Cancellation
    ///
    /// Dropping the future closes the connection.
    pub async fn client(&self, address: &DatabaseAddress) -> ConnectionResult<tokio_postgres::Client> {
        connect_client(address, &self.0).await
    }
}
