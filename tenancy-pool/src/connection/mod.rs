//! Connections on loan from a pool: one of ours, or one that the application has.

mod external;
mod loan;
mod own;
mod shelf;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

pub(crate) use self::external::ExternalPool;
pub(crate) use self::loan::Loan;
pub(crate) use self::own::{OwnPool, PoolSizes};
use crate::driver::Driver;
use crate::error::PoolError;
use crate::transaction::Tenants;

/// A borrowed connection; dropping it gives it back.
pub(crate) trait Borrowed<C: Driver>: Send {
    /// The connection, and what is known of its session.
    fn parts(&mut self) -> (&mut C, &mut C::Session);

    /// Has the connection closed when it is given back.
    fn discard(&mut self);
}

/// A pool to borrow from.
pub(crate) trait Lender<C: Driver>: Send + Sync {
    /// A connection for these tenants: one that serves them best, where there is a choice. It was not opened before `since`, as far
    /// as that is known; those that were are closed.
    fn lend<'a>(
        &'a self,
        tenants: &'a Tenants,
        since: Option<Instant>,
    ) -> BoxFuture<'a, Result<Box<dyn Borrowed<C>>, PoolError>>;

    /// How many connections are open, and how many of them nobody has borrowed.
    fn connections(&self) -> (u32, u32);
}

/// A pool, shared: what is dropped last closes it.
pub(crate) type SharedLender<C> = Arc<dyn Lender<C>>;
