//! The catalog's own connections.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bb8::{ErrorSink, ManageConnection, Pool, PooledConnection, RunError};
use diesel::ConnectionError;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::PoolableConnection as _;

use crate::placement::DatabaseAddress;
#[cfg(feature = "tls")]
use crate::tenants::Tls;
use crate::tenants::connect::{ConnectOptions, connect};

/// How to reach the catalog's database.
#[derive(Clone, Debug)]
#[must_use]
pub struct CatalogConnection {
    address: DatabaseAddress,
    listening_address: Option<DatabaseAddress>,
    options: ConnectOptions,
    most: u32,
    limit: Duration,
}

impl CatalogConnection {
    /// At most four direct connections, and five seconds for a lookup. The role in the address is best one that can read the
    /// catalog and nothing else.
    pub fn new(address: DatabaseAddress) -> Self {
        Self {
            address,
            listening_address: None,
            options: ConnectOptions::new().with_application_name("tenancy-catalog"),
            most: 4,
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
        self.options = self.options.with_tls(tls);
        self
    }

    /// The most connections, at least one. The one that listens is not counted.
    pub fn most(mut self, connections: u32) -> Self {
        self.most = connections.max(1);
        self
    }

    /// How long opening a connection may take, ten seconds unless said otherwise.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.options = self.options.with_connect_timeout(limit);
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
        (address, self.options.clone().directly().with_application_name("tenancy-catalog-listener"))
    }
}

/// The connections.
#[derive(Clone)]
pub(super) struct ConnectionPool {
    pool: Pool<Manager>,
    limit: Duration,
    last: LastError,
}

impl ConnectionPool {
    pub(super) async fn open(connection: &CatalogConnection) -> Result<Self, CatalogConnectError> {
        let manager = Manager { address: connection.address.clone(), options: connection.options.clone() };
        // The pool keeps its reasons to itself, so one connection is made before there is a pool.
        manager.connect().await.map_err(CatalogConnectError)?;
        let last = LastError::default();
        // Zero is refused by a panic.
        let limit = connection.limit.max(Duration::from_millis(1));
        let pool = Pool::builder()
            .max_size(connection.most)
            .connection_timeout(limit)
            // A lookup on a dead connection is an error of that lookup; to ask before each would double them all.
            .test_on_check_out(false)
            .error_sink(Box::new(last.clone()))
            .build_unchecked(manager);
        Ok(Self { pool, limit, last })
    }

    pub(super) async fn get(&self) -> Result<PooledConnection<'_, Manager>, Lost> {
        self.pool.get().await.map_err(|error| match error {
            RunError::User(error) => Lost::Connection(Arc::new(error)),
            RunError::TimedOut => self.late(),
        })
    }

    /// The error of a lookup that took too long.
    pub(super) fn late(&self) -> Lost {
        Lost::Late { limit: self.limit, last: self.last.get() }
    }
}

/// Opens the connections of the pool.
pub(super) struct Manager {
    address: DatabaseAddress,
    options: ConnectOptions,
}

impl ManageConnection for Manager {
    type Connection = AsyncPgConnection;
    type Error = ConnectionError;

    async fn connect(&self) -> Result<AsyncPgConnection, ConnectionError> {
        Ok(connect(&self.address, &self.options).await?.connection)
    }

    async fn is_valid(&self, _: &mut AsyncPgConnection) -> Result<(), ConnectionError> {
        Ok(())
    }

    fn has_broken(&self, connection: &mut AsyncPgConnection) -> bool {
        connection.is_broken()
    }
}

/// Why the pool could not open a connection the last time. The pool tells it to a sink, and not to those who wait.
#[derive(Clone, Debug, Default)]
struct LastError(Arc<Mutex<Option<Arc<ConnectionError>>>>);

impl LastError {
    fn get(&self) -> Option<Arc<ConnectionError>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ErrorSink<ConnectionError> for LastError {
    fn sink(&self, error: ConnectionError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(error));
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<ConnectionError>> {
        Box::new(self.clone())
    }
}

/// Why the catalog's database did not answer.
#[derive(Clone, Debug)]
pub(super) enum Lost {
    Connection(Arc<ConnectionError>),
    Query(Arc<diesel::result::Error>),
    Late { limit: Duration, last: Option<Arc<ConnectionError>> },
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

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connection(error) => error.fmt(f),
            Self::Query(error) => write!(
                f,
                "the query of `tenancy.tenant_placements` failed: {error}. Has the migration run, and may this role read it?"
            ),
            Self::Late { limit, last: Some(error) } => {
                write!(
                    f,
                    "the catalog's database did not answer within {limit:?}; the last connection failed: {error}"
                )
            }
            Self::Late { limit, last: None } => {
                write!(
                    f,
                    "the catalog's database did not answer within {limit:?}: allow more time or more connections"
                )
            }
        }
    }
}

impl Error for Lost {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Connection(error) => Some(&**error),
            Self::Query(error) => Some(&**error),
            Self::Late { last, .. } => last.as_ref().map(|error| &**error as &(dyn Error + 'static)),
        }
    }
}

/// The catalog's database could not be connected to.
#[derive(Debug)]
pub struct CatalogConnectError(ConnectionError);

impl fmt::Display for CatalogConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the catalog of tenants cannot be reached: {}", self.0)
    }
}

impl Error for CatalogConnectError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.0)
    }
}
