//! How to connect.

use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "tls")]
use super::Tls;

/// What stands between us and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// Nothing that takes part in the protocol.
    Direct,
    /// A pooler in transaction mode: each transaction has another backend.
    Pooler,
}

/// How to connect to PostgreSQL.
#[derive(Clone, Debug)]
pub(crate) struct ConnectOptions {
    connect_timeout: Duration,
    application_name: Arc<str>,
    route: Route,
    #[cfg(feature = "tls")]
    tls: Option<Tls>,
}

impl ConnectOptions {
    /// A direct connection within ten seconds, with this machine's roots where TLS is used.
    pub(crate) fn new() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            application_name: "tenancy-pool".into(),
            route: Route::Direct,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// How long all of it may take: name, network, TLS, authentication and our questions.
    #[must_use]
    pub(crate) fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = limit;
        self
    }

    /// What `pg_stat_activity` shows, unless the address says it.
    #[must_use]
    pub(crate) fn application_name(mut self, name: impl Into<Arc<str>>) -> Self {
        self.application_name = name.into();
        self
    }

    /// Says that a pooler in transaction mode answers.
    #[must_use]
    pub(crate) fn behind_pooler(mut self) -> Self {
        self.route = Route::Pooler;
        self
    }

    /// Says that the server itself answers.
    #[cfg(feature = "catalog")]
    #[must_use]
    pub(crate) fn directly(mut self) -> Self {
        self.route = Route::Direct;
        self
    }

    /// The roots that are trusted, and who we are.
    #[cfg(feature = "tls")]
    #[must_use]
    pub(crate) fn tls(mut self, tls: Tls) -> Self {
        self.tls = Some(tls);
        self
    }

    pub(crate) fn timeout(&self) -> Duration {
        self.connect_timeout
    }

    pub(crate) fn name(&self) -> &str {
        &self.application_name
    }

    pub(crate) fn route(&self) -> Route {
        self.route
    }

    #[cfg(feature = "tls")]
    pub(crate) fn trusted(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self::new()
    }
}
