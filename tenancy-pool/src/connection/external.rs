//! A pool that the application has.

use std::fmt;
use std::time::Instant;

use bb8::{ManageConnection, PooledConnection, RunError};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use super::{Borrowed, Lender};
use crate::driver::Driver;
use crate::error::PoolError;
use crate::transaction::Tenants;

/// What is wrong with a pool that keeps what it was told to throw away.
const NOT_CLOSED: &str = "the pool handed out a connection again that was to be closed, in the state that another transaction \
    left it in: have its manager's `has_broken` ask the connection's transaction manager, as diesel-async's does";

/// A pool that the application has.
pub(crate) struct ExternalPool<M: ManageConnection>(pub(crate) bb8::Pool<M>);

struct ExternalConnection<M: ManageConnection<Connection: Driver>> {
    connection: PooledConnection<'static, M>,
    /// Of this loan only: nobody says what becomes of the session in between.
    session: <M::Connection as Driver>::Session,
}

impl<M> Borrowed<M::Connection> for ExternalConnection<M>
where
    M: ManageConnection<Connection: Driver>,
{
    fn parts(&mut self) -> (&mut M::Connection, &mut <M::Connection as Driver>::Session) {
        (&mut self.connection, &mut self.session)
    }

    fn discard(&mut self) {
        self.connection.mark_broken();
    }
}

impl<M> Lender<M::Connection> for ExternalPool<M>
where
    M: ManageConnection<Connection: Driver, Error: fmt::Display>,
{
    fn lend<'a>(
        &'a self,
        _: &'a Tenants,
        _: Option<Instant>,
    ) -> BoxFuture<'a, Result<Box<dyn Borrowed<M::Connection>>, PoolError>> {
        async {
            match self.0.get_owned().await {
                Ok(mut connection) => {
                    // Some managers never find a connection broken.
                    if connection.is_marked_broken() {
                        return Err(PoolError::Connect(NOT_CLOSED.into()));
                    }
                    let external = ExternalConnection { connection, session: Default::default() };
                    Ok(Box::new(external) as Box<dyn Borrowed<M::Connection>>)
                }
                Err(RunError::User(error)) => Err(PoolError::Connect(error.to_string().into())),
                Err(RunError::TimedOut) => Err(PoolError::PoolTimedOut),
            }
        }
        .boxed()
    }

    fn connections(&self) -> (u32, u32) {
        let state = self.0.state();
        (state.connections, state.idle_connections)
    }
}
