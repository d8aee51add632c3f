//! A pool of ours: bb8 counts its connections, and a shelf has those that are idle.

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
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

use super::shelf::Shelf;
use super::{Borrowed, Lender};
use crate::driver::{Driver, Remembers};
use crate::error::PoolError;
use crate::transaction::Tenants;

/// How often it is looked for connections that are to be closed, at least.
const REAPER_RATE: Duration = Duration::from_secs(30);

/// How long to wait before connecting again to a server that has closed a new connection.
const RETRY_DELAY: Duration = Duration::from_millis(50);

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
pub(super) struct OwnConnection<C: Driver> {
    connection: C,
    session: C::Session,
    pub(super) opened: Instant,
    discarded: bool,
}

impl<C: Driver> OwnConnection<C> {
    /// Whether its session remembers these tenants.
    pub(super) fn remembers(&self, tenants: &Tenants) -> Remembers {
        C::remembers(&self.session, tenants)
    }

    fn is_broken(&mut self) -> bool {
        // Diesel's own look: an inspection that was dropped in the middle of its transaction leaves a connection that begins none.
        self.discarded
            || self.connection.is_closed()
            || C::TransactionManager::is_broken_transaction_manager(&mut self.connection)
    }
}

/// The right to one connection, which is what bb8 counts and lends.
///
/// As long as nobody has borrowed it there is a connection for it on the shelf; which one is settled when it is borrowed. So
/// there are as many connections as bb8 says.
pub(super) struct Ticket<C: Driver> {
    shelf: Arc<Shelf<C>>,
    /// What it was exchanged for.
    held: Option<Box<OwnConnection<C>>>,
    /// There was nothing for it, which cannot be: it is not to go round for ever.
    void: bool,
}

impl<C: Driver> Ticket<C> {
    /// Takes a connection off the shelf for these tenants, if it is still open.
    ///
    /// Costs no round trip: a socket that was closed in the meantime is seen by the task that reads it.
    fn redeem(&mut self, tenants: &Tenants) -> bool {
        self.held = self.shelf.take(tenants);
        self.void = self.held.is_none();
        self.held.as_mut().is_some_and(|own| !own.connection.is_closed())
    }

    fn held(&mut self) -> &mut OwnConnection<C> {
        match &mut self.held {
            Some(held) => held,
            None => unreachable!("it is lent with one"),
        }
    }
}

impl<C: Driver> Drop for Ticket<C> {
    /// With the right to a connection ends a connection.
    fn drop(&mut self) {
        if self.held.is_none() && !self.void {
            self.held = self.shelf.take_oldest();
        }
    }
}

/// Opens the connections of a pool, and says which of them are good for nothing.
pub(super) struct Manager<C: Driver> {
    address: DatabaseAddress,
    options: C::Options,
    shelf: Arc<Shelf<C>>,
}

impl<C: Driver> fmt::Debug for Manager<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Manager").field("address", &self.address).finish_non_exhaustive()
    }
}

impl<C: Driver> ManageConnection for Manager<C> {
    type Connection = Ticket<C>;
    type Error = ConnectionError;

    async fn connect(&self) -> ConnectionResult<Ticket<C>> {
        let opened = Instant::now();
        let (connection, session) = C::connect(&self.address, &self.options).await?;
        self.shelf.put(Box::new(OwnConnection { connection, session, opened, discarded: false }));
        Ok(Ticket { shelf: self.shelf.clone(), held: None, void: false })
    }

    /// Nobody asks: see [`Ticket::redeem`].
    async fn is_valid(&self, _: &mut Ticket<C>) -> ConnectionResult<()> {
        Ok(())
    }

    /// Takes the connection back, as bb8 asks this of what is returned and before anybody can have it again.
    ///
    /// Where another one is to be closed, this ticket ends with that one: bb8 itself closes only what it has seen unused.
    fn has_broken(&self, ticket: &mut Ticket<C>) -> bool {
        let Some(mut own) = ticket.held.take() else { return ticket.void };
        ticket.held = if own.is_broken() { Some(own) } else { self.shelf.put_back(own) };
        ticket.held.is_some()
    }
}

/// A connection on loan.
struct Lent<C: Driver> {
    /// `None` once it is being given back.
    ticket: Option<PooledConnection<'static, Manager<C>>>,
    /// bb8 opens what `min_idle` asks for in a task, when a connection comes back, and panics where there is no runtime.
    runtime: Handle,
    _turn: OwnedSemaphorePermit,
}

impl<C: Driver> Lent<C> {
    fn own(&mut self) -> &mut OwnConnection<C> {
        match &mut self.ticket {
            Some(ticket) => ticket.held(),
            None => unreachable!("only `drop` takes it"),
        }
    }
}

impl<C: Driver> Borrowed<C> for Lent<C> {
    fn parts(&mut self) -> (&mut C, &mut C::Session) {
        let own = self.own();
        (&mut own.connection, &mut own.session)
    }

    fn discard(&mut self) {
        self.own().discarded = true;
    }
}

impl<C: Driver> Drop for Lent<C> {
    /// Before the turn ends, so that whoever is next finds it back.
    fn drop(&mut self) {
        let _runtime = Handle::try_current().is_err().then(|| self.runtime.enter());
        self.ticket = None;
    }
}

/// A pool of ours.
pub(crate) struct OwnPool<C: Driver> {
    pool: bb8::Pool<Manager<C>>,
    /// Who may have a connection: bb8 gives it to whoever asks first when one comes back, and lets others wait for ever.
    turns: Arc<Semaphore>,
    max_connections: u32,
    acquire_timeout: Duration,
    failure: LastFailure,
}

impl<C: Driver> OwnPool<C> {
    /// Opens a pool, and one connection to see that it can.
    pub(crate) async fn open(
        address: DatabaseAddress,
        sizes: PoolSizes,
        options: C::Options,
    ) -> ConnectionResult<Self> {
        let shelf = Arc::new(Shelf::new(sizes.idle_timeout, sizes.max_lifetime));
        let manager = Manager { address, options, shelf };
        // Once by hand: bb8 retries until its timeout, and then says only that it timed out.
        let first = manager.connect().await?;
        let failure = LastFailure::default();
        let max_connections = sizes.max_connections.max(1);
        // Zero is refused by a panic.
        let acquire_timeout = sizes.acquire_timeout.max(Duration::from_millis(1));
        // A ticket that was unused for so long stands for a connection that was, too, or for an older one.
        let unused = sizes.idle_timeout.into_iter().chain(sizes.max_lifetime).min();
        let unused = unused.map(|unused| unused.max(Duration::from_millis(1)));
        let pool = bb8::Pool::builder()
            .max_size(max_connections)
            .min_idle(sizes.min_idle.map(|connections| connections.min(max_connections)))
            .connection_timeout(acquire_timeout)
            .idle_timeout(unused)
            .reaper_rate(unused.map_or(REAPER_RATE, |unused| unused.min(REAPER_RATE)))
            // It would count from when the ticket was made.
            .max_lifetime(None)
            .test_on_check_out(false)
            .error_sink(Box::new(failure.clone()))
            .build_unchecked(manager);
        // A pool that has filled itself in the meantime has no room for it.
        let _unneeded = pool.add(first);
        let turns = usize::try_from(max_connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        Ok(Self { pool, turns: Arc::new(Semaphore::new(turns)), max_connections, acquire_timeout, failure })
    }

    /// Lends a connection that is open; `closed` says whether one was not.
    async fn borrow(
        &self,
        tenants: &Tenants,
        since: Option<Instant>,
        closed: &mut bool,
    ) -> Result<Lent<C>, RunError<ConnectionError>> {
        // It is never closed.
        let turn = self.turns.clone().acquire_owned().await.map_err(|_| RunError::TimedOut)?;
        let mut tries = 0;
        loop {
            let mut ticket = self.pool.get_owned().await?;
            if ticket.redeem(tenants) {
                let own = ticket.held();
                if since.is_none_or(|since| own.opened >= since) {
                    return Ok(Lent { ticket: Some(ticket), runtime: Handle::current(), _turn: turn });
                }
                own.discarded = true;
            } else {
                *closed = true;
            }
            drop(ticket);
            tries += 1;
            if tries > self.max_connections {
                // All that were idle are gone by now, so this one was new: the server hangs up on who connects.
                sleep(RETRY_DELAY).await;
            }
        }
    }

    /// Why the pool could not connect, if that happened after `since`.
    #[cfg(all(feature = "catalog", feature = "postgres"))]
    pub(crate) fn failure_since(&self, since: Instant) -> Option<Arc<ConnectionError>> {
        self.failure.since(since)
    }
}

impl<C: Driver> Clone for OwnPool<C> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            turns: self.turns.clone(),
            max_connections: self.max_connections,
            acquire_timeout: self.acquire_timeout,
            failure: self.failure.clone(),
        }
    }
}

impl<C: Driver> Lender<C> for OwnPool<C> {
    fn lend<'a>(
        &'a self,
        tenants: &'a Tenants,
        since: Option<Instant>,
    ) -> BoxFuture<'a, Result<Box<dyn Borrowed<C>>, PoolError>> {
        async move {
            let asked = Instant::now();
            let mut closed = false;
            let borrowed = timeout(self.acquire_timeout, self.borrow(tenants, since, &mut closed)).await;
            match borrowed.unwrap_or(Err(RunError::TimedOut)) {
                Ok(lent) => Ok(Box::new(lent) as Box<dyn Borrowed<C>>),
                Err(RunError::User(error)) => Err(PoolError::Connect(Box::new(error))),
                Err(RunError::TimedOut) => Err(match self.failure.since(asked) {
                    Some(error) => PoolError::Connect(Box::new(error)),
                    None if closed => {
                        let error = ConnectionError::BadConnection("the connection was closed".to_owned());
                        PoolError::Connect(Box::new(error))
                    }
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
