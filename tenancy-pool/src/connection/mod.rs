//! Connections on loan from a pool: one of ours, or one that the application has.

mod external;
mod loan;
mod own;

use std::sync::Arc;
use std::time::Instant;

use futures_util::future::BoxFuture;

pub(crate) use self::external::ExternalPool;
pub(crate) use self::loan::Loan;
pub(crate) use self::own::{OwnPool, PoolSizes};
use crate::driver::Driver;
use crate::error::PoolError;

/// A borrowed connection; dropping it gives it back.
pub(crate) trait Borrowed<C: Driver>: Send {
    /// The connection, and what is known of its session.
    fn parts(&mut self) -> (&mut C, &mut C::Session);

    /// When the connection was opened, where that is known.
    fn opened(&self) -> Option<Instant> {
        None
    }

    /// Has the connection closed when it is given back.
    fn discard(&mut self);
}

/// A pool to borrow from.
pub(crate) trait Lender<C: Driver>: Send + Sync {
    fn lend(&self) -> BoxFuture<'_, Result<Box<dyn Borrowed<C>>, PoolError>>;

    /// How many connections are open, and how many of them nobody has borrowed.
    fn connections(&self) -> (u32, u32);
}

/// A pool, shared: what is dropped last closes it.
pub(crate) type SharedLender<C> = Arc<dyn Lender<C>>;
