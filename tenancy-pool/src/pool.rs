//! The pools that connections are borrowed from: our own, or one that the application has.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bb8::{ErrorSink, ManageConnection, PooledConnection, RunError};
use diesel::ConnectionResult;
use diesel::result::ConnectionError;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::driver::Driver;
use super::error::TenantsError;

/// A borrowed connection; dropping it gives it back.
pub(super) trait Borrowed<C>: Send {
    fn connection(&mut self) -> &mut C;

    /// The pid of the server's process, where the connection leads to one and the same for its whole life.
    fn backend_pid(&self) -> Option<i32>;

    /// Whether the statement that tells a seal is known to be prepared.
    fn has_prepared_seal(&self) -> bool {
        false
    }

    /// The statement that tells a seal has run.
    fn seal_is_prepared(&mut self) {}

    /// Has the connection closed when it is given back.
    fn discard(&mut self);
}

/// A pool to borrow from.
pub(super) trait Lender<C>: Send + Sync {
    fn lend(&self) -> BoxFuture<'_, Result<Box<dyn Borrowed<C>>, TenantsError>>;

    /// How many connections are open, and how many of them nobody has borrowed.
    fn connections(&self) -> (u32, u32);
}

/// A connection of a pool of ours.
pub struct Session<C> {
    pub(in crate::tenants) connection: C,
    pub(in crate::tenants) backend_pid: Option<i32>,
    /// Whether it keeps statements prepared.
    pub(in crate::tenants) keeps_statements: bool,
    has_prepared_seal: bool,
    discarded: bool,
}

impl<C> Session<C> {
    pub(super) fn new(connection: C, backend_pid: Option<i32>) -> Self {
        Self { connection, backend_pid, keeps_statements: true, has_prepared_seal: false, discarded: false }
    }
}

/// Opens a connection.
pub(super) type Connector<C> =
    Arc<dyn Fn() -> BoxFuture<'static, ConnectionResult<Session<C>>> + Send + Sync>;

/// What our pool's connections are.
pub(super) struct Manager<C> {
    connect: Connector<C>,
}

impl<C> Manager<C> {
    pub(super) fn new(connect: Connector<C>) -> Self {
        Self { connect }
    }
}

impl<C> fmt::Debug for Manager<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Manager").finish_non_exhaustive()
    }
}

impl<C: Driver> ManageConnection for Manager<C> {
    /// Boxed: bb8 moves a connection some ten times between two borrowers.
    type Connection = Box<Session<C>>;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Box<Session<C>>> {
        Ok(Box::new((self.connect)().await?))
    }

    /// Costs no round trip: a socket that was closed in the meantime is seen by the task that reads it.
    async fn is_valid(&self, session: &mut Box<Session<C>>) -> ConnectionResult<()> {
        if session.connection.is_closed() {
            return Err(ConnectionError::BadConnection("the connection was closed".to_owned()));
        }
        Ok(())
    }

    fn has_broken(&self, session: &mut Box<Session<C>>) -> bool {
        session.discarded || session.connection.is_closed()
    }
}

struct Own<C: Driver>(PooledConnection<'static, Manager<C>>);

impl<C: Driver> Borrowed<C> for Own<C> {
    fn connection(&mut self) -> &mut C {
        &mut self.0.connection
    }

    fn backend_pid(&self) -> Option<i32> {
        self.0.backend_pid
    }

    fn has_prepared_seal(&self) -> bool {
        self.0.has_prepared_seal
    }

    fn seal_is_prepared(&mut self) {
        self.0.has_prepared_seal = self.0.keeps_statements;
    }

    fn discard(&mut self) {
        self.0.discarded = true;
    }
}

/// A pool of ours.
pub(super) struct OwnPool<C: Driver> {
    pub(super) pool: bb8::Pool<Manager<C>>,
    pub(super) failure: LastFailure,
}

/// Why the pool could not connect when it last tried. bb8 tells that to nobody else: who waits for a connection only learns
/// that the time is up.
#[derive(Debug, Clone, Default)]
pub(super) struct LastFailure(Arc<Mutex<Option<(Instant, ConnectionError)>>>);

impl LastFailure {
    /// The failure, if it is no older than `since`.
    fn take(&self, since: Instant) -> Option<ConnectionError> {
        let failure = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        failure.filter(|(at, _)| *at >= since).map(|(_, error)| error)
    }
}

impl ErrorSink<ConnectionError> for LastFailure {
    fn sink(&self, error: ConnectionError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), error));
    }

    fn boxed_clone(&self) -> Box<dyn ErrorSink<ConnectionError>> {
        Box::new(self.clone())
    }
}

impl<C: Driver> Lender<C> for OwnPool<C> {
    fn lend(&self) -> BoxFuture<'_, Result<Box<dyn Borrowed<C>>, TenantsError>> {
        async {
            let asked = Instant::now();
            match self.pool.get_owned().await {
                Ok(connection) => Ok(Box::new(Own(connection)) as Box<dyn Borrowed<C>>),
                Err(RunError::User(error)) => Err(TenantsError::Connect(Box::new(error))),
                Err(RunError::TimedOut) => Err(match self.failure.take(asked) {
                    Some(error) => TenantsError::Connect(Box::new(error)),
                    None => TenantsError::PoolTimeout,
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

/// What is wrong with a pool that keeps what it was told to throw away.
const NOT_CLOSED: &str = "the pool handed out a connection again that was to be closed, in the state that another transaction \
    left it in: have its manager's `has_broken` ask the connection's transaction manager, as diesel-async's does";

/// A pool of the application's.
pub(super) struct Given<M: ManageConnection>(pub(super) bb8::Pool<M>);

struct GivenConnection<M: ManageConnection>(PooledConnection<'static, M>);

impl<M> Borrowed<M::Connection> for GivenConnection<M>
where
    M: ManageConnection<Connection: Driver>,
{
    fn connection(&mut self) -> &mut M::Connection {
        &mut self.0
    }

    fn backend_pid(&self) -> Option<i32> {
        None
    }

    fn discard(&mut self) {
        self.0.mark_broken();
    }
}

impl<M> Lender<M::Connection> for Given<M>
where
    M: ManageConnection<Connection: Driver, Error: fmt::Display>,
{
    fn lend(&self) -> BoxFuture<'_, Result<Box<dyn Borrowed<M::Connection>>, TenantsError>> {
        async {
            match self.0.get_owned().await {
                Ok(mut connection) => {
                    // Some managers never find a connection broken.
                    if connection.is_marked_broken() {
                        return Err(TenantsError::Connect(NOT_CLOSED.into()));
                    }
                    Ok(Box::new(GivenConnection(connection)) as Box<dyn Borrowed<M::Connection>>)
                }
                Err(RunError::User(error)) => Err(TenantsError::Connect(error.to_string().into())),
                Err(RunError::TimedOut) => Err(TenantsError::PoolTimeout),
            }
        }
        .boxed()
    }

    fn connections(&self) -> (u32, u32) {
        let state = self.0.state();
        (state.connections, state.idle_connections)
    }
}
