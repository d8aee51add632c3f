//! A pool of ours, on bb8.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use bb8::{ErrorSink, ManageConnection, PooledConnection, RunError};
use diesel::ConnectionResult;
use diesel::result::ConnectionError;
use diesel_async::TransactionManager;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::placement::DatabaseAddress;

use super::{Borrowed, Lender};
use crate::driver::Driver;
use crate::error::PoolError;

/// How many connections a pool has, and how long each may take or last. The names are those of sqlx' and bb8's builders.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PoolSizes {
    pub(crate) max_connections: u32,
    pub(crate) min_idle: Option<u32>,
    pub(crate) acquire_timeout: Duration,
    pub(crate) idle_timeout: Option<Duration>,
    pub(crate) max_lifetime: Option<Duration>,
}

impl Default for PoolSizes {
    /// bb8's own defaults.
    fn default() -> Self {
        Self {
            max_connections: 10,
            min_idle: None,
            acquire_timeout: Duration::from_secs(30),
            idle_timeout: Some(Duration::from_secs(600)),
            max_lifetime: Some(Duration::from_secs(1800)),
        }
    }
}

/// A connection of a pool of ours.
pub(crate) struct OwnConnection<C: Driver> {
    connection: C,
    session: C::Session,
    opened: Instant,
    discarded: bool,
}

/// Opens the connections of a pool, and says which of them are good for nothing.
pub(crate) struct Manager<C: Driver> {
    address: DatabaseAddress,
    options: C::Options,
}

impl<C: Driver> fmt::Debug for Manager<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Manager").field("address", &self.address).finish_non_exhaustive()
    }
}

impl<C: Driver> ManageConnection for Manager<C> {
    /// Boxed: bb8 moves a connection some ten times between two borrowers.
    type Connection = Box<OwnConnection<C>>;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Self::Connection> {
        let opened = Instant::now();
        let (connection, session) = C::connect(&self.address, &self.options).await?;
        Ok(Box::new(OwnConnection { connection, session, opened, discarded: false }))
    }

    /// Costs no round trip: a socket that was closed in the meantime is seen by the task that reads it.
    async fn is_valid(&self, own: &mut Self::Connection) -> ConnectionResult<()> {
        if own.connection.is_closed() {
            return Err(ConnectionError::BadConnection("the connection was closed".to_owned()));
        }
        Ok(())
    }

    fn has_broken(&self, own: &mut Self::Connection) -> bool {
        // Diesel's own look: an inspection that was dropped in the middle of its transaction leaves a connection that begins none.
        own.discarded
            || own.connection.is_closed()
            || C::TransactionManager::is_broken_transaction_manager(&mut own.connection)
    }
}

impl<C: Driver> Borrowed<C> for PooledConnection<'static, Manager<C>> {
    fn parts(&mut self) -> (&mut C, &mut C::Session) {
        let own = &mut **self;
        (&mut own.connection, &mut own.session)
    }

    fn opened(&self) -> Option<Instant> {
        Some(self.opened)
    }

    fn discard(&mut self) {
        self.discarded = true;
    }
}

/// A pool of ours.
pub(crate) struct OwnPool<C: Driver> {
    pool: bb8::Pool<Manager<C>>,
    failure: LastFailure,
}

impl<C: Driver> OwnPool<C> {
    /// Opens a pool, and one connection to see that it can.
    pub(crate) async fn open(
        address: DatabaseAddress,
        sizes: PoolSizes,
        options: C::Options,
    ) -> ConnectionResult<Self> {
        let manager = Manager { address, options };
        // Once by hand: bb8 retries until its timeout, and then says only that it timed out.
        let first = manager.connect().await?;
        let failure = LastFailure::default();
        let pool = bb8::Pool::builder()
            .max_size(sizes.max_connections.max(1))
            .min_idle(sizes.min_idle)
            // Zero is refused by a panic.
            .connection_timeout(sizes.acquire_timeout.max(Duration::from_millis(1)))
            .idle_timeout(sizes.idle_timeout)
            .max_lifetime(sizes.max_lifetime)
            .error_sink(Box::new(failure.clone()))
            .build_unchecked(manager);
        // A pool that has filled itself in the meantime has no room for it.
        let _unneeded = pool.add(first);
        Ok(Self { pool, failure })
    }

    /// Why the pool could not connect, if that happened after `since`.
    #[cfg(all(feature = "catalog", feature = "postgres"))]
    pub(crate) fn failure_since(&self, since: Instant) -> Option<Arc<ConnectionError>> {
        self.failure.since(since)
    }
}

impl<C: Driver> Clone for OwnPool<C> {
    fn clone(&self) -> Self {
        Self { pool: self.pool.clone(), failure: self.failure.clone() }
    }
}

impl<C: Driver> Lender<C> for OwnPool<C> {
    fn lend(&self) -> BoxFuture<'_, Result<Box<dyn Borrowed<C>>, PoolError>> {
        async {
            let asked = Instant::now();
            match self.pool.get_owned().await {
                Ok(connection) => Ok(Box::new(connection) as Box<dyn Borrowed<C>>),
                Err(RunError::User(error)) => Err(PoolError::Connect(Box::new(error))),
                Err(RunError::TimedOut) => Err(match self.failure.since(asked) {
                    Some(error) => PoolError::Connect(Box::new(error)),
                    None => PoolError::PoolTimedOut,
                }),
            }
        }
        .boxed()
    }

    fn connections(&self) -> (u32, u32) {
        let state = self.pool.state();
        (state.connections, state.idle_connections)
    }
}

/// Why the pool could not connect when it last tried. bb8 tells that to nobody else: who waits for a connection only learns
/// that the time is up.
#[derive(Debug, Clone, Default)]
struct LastFailure(Arc<Mutex<Option<(Instant, Arc<ConnectionError>)>>>);

impl LastFailure {
    fn since(&self, since: Instant) -> Option<Arc<ConnectionError>> {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failure.as_ref().filter(|(at, _)| *at >= since).map(|(_, error)| error.clone())
    }
}

impl ErrorSink<ConnectionError> for LastFailure {
    fn sink(&self, error: ConnectionError) {
        let failure = Some((Instant::now(), Arc::new(error)));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = failure;
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<ConnectionError>> {
        Box::new(self.clone())
    }
}
