//! The idle connections of a pool, and which of them a tenant is given.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::own::OwnConnection;
use crate::driver::{Driver, Remembers};
use crate::transaction::Tenants;

/// The idle connections of a pool.
///
/// bb8 hands out whichever has waited for longest. A session that remembers its tenant saves that tenant a message, so here
/// it is chosen, among those that nobody uses. bb8 goes on to say when a connection is opened, and who waits for one.
pub(super) struct Shelf<C: Driver> {
    /// Who has been here for longest is first.
    idle: Mutex<VecDeque<Idle<C>>>,
    idle_timeout: Option<Duration>,
    max_lifetime: Option<Duration>,
}

struct Idle<C: Driver> {
    connection: Box<OwnConnection<C>>,
    since: Instant,
}

impl<C: Driver> Shelf<C> {
    pub(super) fn new(idle_timeout: Option<Duration>, max_lifetime: Option<Duration>) -> Self {
        Self { idle: Mutex::default(), idle_timeout, max_lifetime }
    }

    /// Nothing can panic while it is held but the allocator.
    fn idle(&self) -> MutexGuard<'_, VecDeque<Idle<C>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(&self, connection: Box<OwnConnection<C>>) {
        self.idle().push_back(Idle { connection, since: Instant::now() });
    }

    /// Puts a connection back that was used, and takes down one that is to be closed, this or another, if there is one.
    pub(super) fn put_back(&self, connection: Box<OwnConnection<C>>) -> Option<Box<OwnConnection<C>>> {
        let now = Instant::now();
        let mut idle = self.idle();
        idle.push_back(Idle { connection, since: now });
        let overdue = self.overdue(&idle, now)?;
        idle.remove(overdue).map(|idle| idle.connection)
    }

    /// The tenant's own connection, the one that it had last; or else one that is nobody's; or else another tenant's, the one
    /// that was unused for longest.
    pub(super) fn take(&self, tenants: &Tenants) -> Option<Box<OwnConnection<C>>> {
        let now = Instant::now();
        let mut idle = self.idle();
        // The network may have forgotten what was unused for too long: not while there is another.
        let mut first = idle.partition_point(|idle| self.is_unused(idle, now));
        if first == idle.len() {
            first = 0;
        }
        let mut chosen = first;
        for (index, idle) in idle.iter().enumerate().skip(first).rev() {
            match idle.connection.remembers(tenants) {
                Remembers::Them => {
                    chosen = index;
                    break;
                }
                Remembers::Nobody => chosen = index,
                Remembers::Others => {}
            }
        }
        idle.remove(chosen).map(|idle| idle.connection)
    }

    /// The one that has to go first.
    pub(super) fn take_oldest(&self) -> Option<Box<OwnConnection<C>>> {
        let mut idle = self.idle();
        let oldest = self.overdue(&idle, Instant::now()).unwrap_or(0);
        idle.remove(oldest).map(|idle| idle.connection)
    }

    /// Whether a connection has lived for as long as it may.
    fn is_old(&self, connection: &OwnConnection<C>, now: Instant) -> bool {
        self.max_lifetime.is_some_and(|lifetime| now.duration_since(connection.opened) >= lifetime)
    }

    fn is_unused(&self, idle: &Idle<C>, now: Instant) -> bool {
        self.idle_timeout.is_some_and(|timeout| now.duration_since(idle.since) >= timeout)
    }

    /// One that is not to be kept.
    fn overdue(&self, idle: &VecDeque<Idle<C>>, now: Instant) -> Option<usize> {
        idle.iter().position(|idle| self.is_unused(idle, now) || self.is_old(&idle.connection, now))
    }
}
