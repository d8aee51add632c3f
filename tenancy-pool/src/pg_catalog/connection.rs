//! The catalog's own connections.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use tenancy_core::placement::DatabaseAddress;

use crate::connection::{Borrowed, Lender, OwnPool, PoolSizes};
use crate::driver::postgres::PostgresOptions;
use crate::driver::postgres::connect::ConnectOptions;
#[cfg(feature = "tls")]
use crate::driver::postgres::connect::Tls;
use crate::error::PoolError;
use crate::transaction::Tenants;

/// How to reach the catalog's database.
#[derive(Clone, Debug)]
#[must_use]
pub struct CatalogConnection {
    address: DatabaseAddress,
    listening_address: Option<DatabaseAddress>,
    options: ConnectOptions,
    max_connections: u32,
    limit: Duration,
}

impl CatalogConnection {
    /// At most four direct connections, and five seconds for a lookup. The role in the address is best one that can read the
    /// catalog and nothing else.
    pub fn new(address: DatabaseAddress) -> Self {
        Self {
            address,
            listening_address: None,
            options: ConnectOptions::new().application_name("tenancy-catalog"),
            max_connections: 4,
            limit: Duration::from_secs(5),
        }
    }

    /// The address is that of a pooler in transaction mode. Changes cannot be heard of through it: see
    /// [`listening_at`](Self::listening_at).
    pub fn behind_pooler(mut self) -> Self {
        self.options = self.options.behind_pooler();
        self
    }

    /// Where changes are listened for: the server's own address, when the other one is a pooler's.
    pub fn listening_at(mut self, address: DatabaseAddress) -> Self {
        self.listening_address = Some(address);
        self
    }

    /// Whom to trust by TLS; this machine's authorities unless said otherwise.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.options = self.options.tls(tls);
        self
    }

    /// The most connections, at least one. The one that listens is not counted.
    pub fn max_connections(mut self, connections: u32) -> Self {
        self.max_connections = connections.max(1);
        self
    }

    /// How long opening a connection may take, ten seconds unless said otherwise.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.options = self.options.connect_timeout(limit);
        self
    }

    /// How long a lookup may take, waiting for a connection included.
    pub fn lookup_timeout(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    pub(super) fn lookup_limit(&self) -> Duration {
        self.limit
    }

    /// How to connect for listening: directly, since a pooler does not keep a LISTEN.
    pub(super) fn for_listening(&self) -> (&DatabaseAddress, ConnectOptions) {
        let address = self.listening_address.as_ref().unwrap_or(&self.address);
        (address, self.options.clone().directly().application_name("tenancy-catalog-listener"))
    }
}

/// The connections.
#[derive(Clone)]
pub(super) struct Connections {
    pool: OwnPool<AsyncPgConnection>,
    limit: Duration,
}

impl Connections {
    pub(super) async fn open(connection: &CatalogConnection) -> Result<Self, CatalogConnectionError> {
        let sizes = PoolSizes {
            max_connections: connection.max_connections,
            acquire_timeout: connection.limit,
            ..PoolSizes::default()
        };
        let options = PostgresOptions::new(connection.options.clone());
        let pool = OwnPool::open(connection.address.clone(), sizes, options).await?;
        Ok(Self { pool, limit: connection.limit })
    }

    pub(super) async fn lend(&self) -> Result<Box<dyn Borrowed<AsyncPgConnection>>, Lost> {
        self.pool.lend(&Tenants::Nobody, None).await.map_err(|error| match error {
            PoolError::PoolTimedOut => self.late(),
            other => Lost::Connection(Arc::new(other)),
        })
    }

    /// The error of a lookup that took too long.
    pub(super) fn late(&self) -> Lost {
        let begun = Instant::now().checked_sub(self.limit);
        Lost::Late { limit: self.limit, last: begun.and_then(|begun| self.pool.failure_since(begun)) }
    }
}

/// Why the catalog's database did not answer.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum Lost {
    #[error(transparent)]
    Connection(Arc<PoolError>),
    #[error(
        "the query of `tenancy.tenant_placements` failed: has the migration run, and may this role read it?"
    )]
    Query(#[source] Arc<diesel::result::Error>),
    #[error("the catalog's database did not answer within {limit:?}: allow more time or more connections")]
    Late {
        limit: Duration,
        /// Why the last connection failed.
        #[source]
        last: Option<Arc<ConnectionError>>,
    },
}

impl Lost {
    /// The error of something that did not end within `limit`.
    pub(super) fn late(limit: Duration) -> Self {
        Self::Late { limit, last: None }
    }
}

impl From<diesel::result::Error> for Lost {
    fn from(error: diesel::result::Error) -> Self {
        Self::Query(Arc::new(error))
    }
}

/// The catalog's database could not be connected to.
#[derive(Debug, thiserror::Error)]
#[error("the catalog of tenants cannot be reached: see the cause")]
pub struct CatalogConnectionError(#[from] ConnectionError);
