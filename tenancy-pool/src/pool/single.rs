//! Single statements, each a transaction by itself.

use std::time::Instant;

use diesel::dsl::Limit;
use diesel::query_builder::AsQuery;
use diesel::query_dsl::methods::LimitDsl;
use diesel_async::AsyncConnectionCore;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tenancy_core::{Scoped, ToTenantKey};
use tenancy_diesel::Within;

use super::{Opened, TenantPool};
use crate::driver::TenantConnection;
use crate::error::PoolError;
use crate::options::TransactionOptions;
use crate::statement::{Execute, Load, RunsIn, Shape, Wanted, first};
use crate::transaction::{Ending, Whose, look};

/// The database that connection `C` leads to.
pub(super) type BackendOf<C> = <C as AsyncConnectionCore>::Backend;

impl<C: TenantConnection> TenantPool<C> {
    /// Runs one query, and returns its rows. On PostgreSQL it takes one round trip, and two for a statement that writes.
    ///
    /// Behind the second wall it is read only. It is sent by itself where the connection's session is this tenant's already, and
    /// behind what makes it so elsewhere; without a wall, and on MySQL, by itself. A `FOR UPDATE` belongs into a
    /// [`transaction`](Self::transaction) in either case: what it locks, a single query lets go at once.
    ///
    /// A statement that writes and returns rows has a transaction, which is rolled back if its rows cannot be read.
    ///
    /// On PostgreSQL a query that only reads, and calls no function that is not known to be harmless, is run once more on a new connection
    /// where the old one failed it: because a migration has changed what was prepared on it, or the server has closed it.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), and the statement's.
    pub fn load<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<Vec<U>, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        self.load_as(scope, query.as_query(), Wanted::All, Shape::of::<Q::Query, _, _>()).boxed()
    }

    /// Runs one query, and returns its first row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn get_result<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<U, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let (query, shape) = (query.as_query(), Shape::of::<Q::Query, _, _>());
        async move { Ok(first(self.load_as(scope, query, Wanted::First, shape).await?)?) }.boxed()
    }

    /// Runs one query with `LIMIT 1`, and returns its row, or `NotFound`. As [`load`](Self::load).
    ///
    /// # Errors
    ///
    /// As [`load`](Self::load).
    pub fn first<'a, 'query: 'a, I, B, Q, Kind, U>(
        &'a self,
        scope: &'a Scoped<I, B>,
        query: Q,
    ) -> BoxFuture<'a, Result<U, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: LimitDsl,
        Limit<Q>: AsQuery<Query: RunsIn<Within<I, B>, Kind> + Load<'query, BackendOf<C>, U>>,
        U: Send + 'a,
    {
        let query = LimitDsl::limit(query, 1);
        self.get_result(scope, query)
    }

    /// Runs one statement, and returns how many rows it changed. It is committed when this returns `Ok`.
    ///
    /// On PostgreSQL it takes one round trip where the connection's session is this tenant's already, and two elsewhere; behind a pooler, on Citus and in a pool
    /// of the application's it is always two. On `OneSyncConnection` (feature `one-sync`) it takes one, but for Citus and a pool of the application's.
    /// It takes one more where Diesel does not keep the statement
    /// prepared: an INSERT of several rows by `values`, or one whose fields may be left to their defaults.
    ///
    /// # Errors
    ///
    /// As [`begin`](Self::begin), the statement's, and as [`TenantTransaction::commit`](crate::TenantTransaction::commit): an error of the
    /// connection leaves open whether it is committed, and so does one that says that a statement was cancelled which set the session right ahead of it.
    ///
    /// # Cancellation
    ///
    /// Dropped, it leaves open whether the statement is committed: what was sent may be a transaction by itself, which the server finishes. Where it has
    /// to be undone by dropping it, run it in a [`transaction`](Self::transaction).
    pub fn execute<'a, 'query: 'a, I, B, Q, Kind>(
        &'a self,
        scope: &'a Scoped<I, B>,
        statement: Q,
    ) -> BoxFuture<'a, Result<usize, PoolError>>
    where
        I: ToTenantKey,
        B: 'static,
        Q: RunsIn<Within<I, B>, Kind> + Execute<'query, BackendOf<C>>,
    {
        self.execute_as(scope, statement, Shape::of::<Q, _, _>()).boxed()
    }

    // Not `async fn`: for the `Send`, see `OpenTransaction::load`.

    /// Runs one statement as `whose`, and returns how many rows it changed.
    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(super) fn execute_as<'a, 'query: 'a, W, Q>(
        &'a self,
        whose: &'a W,
        statement: Q,
        shape: Shape,
    ) -> impl Future<Output = Result<usize, PoolError>> + Send + 'a
    where
        W: Whose,
        Q: Execute<'query, BackendOf<C>>,
    {
        async move {
            let tenants = whose.tenants()?;
            let calls = look::<C, _, _>(whose, &self.inner.allowed, &statement, shape)?;
            let opened = Opened::single(!W::READS_ONLY, calls);
            let mut tx = self.open(whose.clone(), &tenants, TransactionOptions::new(), opened).await?;
            let changed = tx.execute_looked_through(statement, calls).await;
            let ending = if W::READS_ONLY { Ending::Read } else { Ending::Commit };
            tx.end(changed.map_err(PoolError::from), ending).await
        }
    }

    /// Runs one statement as `whose`, and returns its rows.
    #[allow(clippy::manual_async_fn, reason = "for the `Send`")]
    pub(super) fn load_as<'a, 'query: 'a, W, Q, U>(
        &'a self,
        whose: &'a W,
        mut query: Q,
        wanted: Wanted,
        shape: Shape,
    ) -> impl Future<Output = Result<Vec<U>, PoolError>> + Send + 'a
    where
        W: Whose,
        Q: Load<'query, BackendOf<C>, U>,
        U: Send + 'a,
    {
        async move {
            let tenants = whose.tenants()?;
            let calls = look::<C, _, _>(whose, &self.inner.allowed, &query, shape)?;
            let open = |options, opened| self.open(whose.clone(), &tenants, options, opened);
            if shape.writes {
                // In a transaction: what it has written is undone if its rows cannot be read.
                let mut tx = open(TransactionOptions::new(), Opened::WHOLE).await?;
                let rows = tx.load_looked_through(&mut query, wanted, calls).await;
                return tx.end(rows.map_err(PoolError::from), Ending::Commit).await;
            }
            let read = |opened| open(TransactionOptions::new().read_only(), opened);
            let mut tx = read(Opened::single(false, calls)).await?;
            let mut rows = tx.load_looked_through(&mut query, wanted, calls).await;
            // Once: what fails on a new connection as well is no fault of the old one's.
            if rows.as_ref().is_err_and(|error| tx.may_read_again(error)) {
                let failed = Instant::now();
                tx.close().await;
                // In a transaction, which keeps a migration away from what the statement was prepared for until it has run.
                tx = read(Opened { since: Some(failed), ..Opened::WHOLE }).await?;
                rows = tx.load_looked_through(&mut query, wanted, calls).await;
            }
            tx.end(rows.map_err(PoolError::from), Ending::Read).await
        }
    }
}
